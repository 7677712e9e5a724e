// SPDX-License-Identifier: Apache-2.0
#pragma once

// A WebSocket that is open before it is known who is at the other end. Thread: loop.

#include <memory>
#include <string_view>

#include "net/server.h"

namespace collab::server {

class LateSession final : public net::SocketHandler {
public:
    explicit LateSession(net::Socket& socket)
        : socket_(socket), place_(std::make_shared<LateSession*>(this)) {}
    ~LateSession() override { *place_ = nullptr; }

    // Points here as long as this lives, then nowhere.
    std::shared_ptr<LateSession* const> place() const { return place_; }
    net::Socket& socket() { return socket_; }

    // From now on the session is the handler of the socket.
    void hand_over(std::unique_ptr<net::SocketHandler> session) { session_ = std::move(session); }
    void refuse(net::CloseCode code, std::string_view reason) { socket_.close(code, reason); }

    // Clients wait for Hello before they say anything (spec 1, 2.4): who does not is none.
    void on_message(std::span<const std::uint8_t> message) override {
        if (session_) return session_->on_message(message);
        refuse(net::CloseCode::policy_violation, "a message before Hello");
    }
    bool next_frame(net::OutFrame& frame) override {
        return session_ && session_->next_frame(frame);
    }
    void on_closed() override {
        if (session_) session_->on_closed();
    }

private:
    net::Socket& socket_;
    std::shared_ptr<LateSession*> place_;
    std::unique_ptr<net::SocketHandler> session_;
};

}  // namespace collab::server
