// SPDX-License-Identifier: Apache-2.0
#pragma once

// A real server on its own thread, with an application whose answers a test can choose. The
// default: GET / says "hello", POST echoes its body, and every WebSocket echoes what it gets.

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/loop.h"
#include "net/server.h"
#include "support/raw_websocket.h"

namespace collab::net {

// Echoes; also what a test holds to send by itself. Thread: loop, but for what says otherwise.
class EchoHandler final : public SocketHandler {
public:
    EchoHandler(Socket& socket, std::shared_ptr<std::promise<void>> closed);

    void on_message(std::span<const std::uint8_t> message) override;
    bool next_frame(OutFrame& frame) override;
    void on_closed() override;

    void send(std::string body, std::string tail = {});
    Socket& socket() { return socket_; }

private:
    Socket& socket_;
    std::shared_ptr<std::promise<void>> closed_;
    std::vector<std::pair<std::string, std::string>> queue_;
    std::size_t next_ = 0;
};

class TestApplication final : public Application {
public:
    void on_http(HttpRequest request, Responder respond) override;
    std::variant<HttpResponse, AcceptSocket> on_upgrade(const HttpRequest& request) override;

    std::function<void(HttpRequest, Responder)> http;                       // instead of echo
    std::function<std::optional<HttpResponse>(const HttpRequest&)> refuse;  // an upgrade
    std::function<void(EchoHandler&)> accepted;                             // at its start
    EchoHandler* last = nullptr;                                            // the newest one
    std::shared_ptr<std::promise<void>> closed = std::make_shared<std::promise<void>>();  // of it
};

class ServerFixture : public ::testing::Test {
protected:
    // Free loopback port, short intervals where a test waits.
    static ServerOptions options();

    void start(ServerOptions options);
    void SetUp() override {}
    void TearDown() override;

    // Runs `work` on the loop and waits for it.
    void on_loop(std::function<void()> work);
    test::RawWebSocket connect();            // TCP
    test::RawWebSocket connect_websocket();  // upgraded on /rpc
    // True once the newest WebSocket has told its handler that it is closed.
    bool handler_closed();

    Loop loop_;
    TestApplication application_;
    std::unique_ptr<Server> server_;
    std::uint16_t port_ = 0;

private:
    std::thread thread_;
};

// A self-signed certificate and its key, PEM.
struct TestCertificate {
    std::string certificate;
    std::string key;
};
TestCertificate make_certificate(const std::string& name);

}  // namespace collab::net
