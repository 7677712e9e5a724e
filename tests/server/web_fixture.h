// SPDX-License-Identifier: Apache-2.0
#pragma once

// A server without sockets that answers HTTP requests: the application on a ServerWorld.

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "server/application.h"
#include "support/server_world.h"

namespace collab::test {

class WebTest : public testing::TestWithParam<Engine> {
protected:
    void SetUp() override {
        if (const auto reason = why_skipped(GetParam())) GTEST_SKIP() << *reason;
        world_.emplace(GetParam(), 1, settings);
        application_.emplace(world().core(), web);
    }

    ServerWorld& world() { return *world_; }
    server::Application& application() { return *application_; }

    static net::HttpRequest request(const std::string& method, const std::string& target) {
        net::HttpRequest made;
        made.method = method;
        made.path = target.substr(0, target.find('?'));
        if (made.path.size() < target.size()) made.query = target.substr(made.path.size() + 1);
        made.headers = {{"host", "localhost"}};
        made.peer_address = "192.0.2.7";
        return made;
    }
    static net::HttpRequest with_token(net::HttpRequest made, const std::string& token) {
        made.headers.emplace_back("authorization", token);
        return made;
    }

    // A handshake of the editor of that version.
    static net::HttpRequest handshake(const std::string& token,
                                      const std::string& version = "1.14.0") {
        auto made = with_token(request("GET", "/rpc"), token);
        made.http_version = "HTTP/1.1";
        made.headers.insert(made.headers.end(), {{"upgrade", "websocket"},
                                                 {"connection", "Upgrade"},
                                                 {"sec-websocket-key", "AAECAwQFBgcICQoLDA0ODw=="},
                                                 {"sec-websocket-version", "13"},
                                                 {"x-zed-protocol-version", "68"},
                                                 {"x-zed-app-version", version}});
        return made;
    }
    static void set_header(net::HttpRequest& made, const std::string& name,
                           const std::string& value) {
        std::erase_if(made.headers, [&](const auto& header) { return header.first == name; });
        made.headers.emplace_back(name, value);
    }
    // The status of the refusal, or 101.
    int knock(const net::HttpRequest& made) {
        const auto decision = application().on_upgrade(made);
        const auto* refused = std::get_if<net::HttpResponse>(&decision);
        return refused != nullptr ? refused->status : 101;
    }

    // What has been answered once nothing is left to do; status 0: nothing.
    net::HttpResponse ask(net::HttpRequest made) {
        net::HttpResponse answer;
        answer.status = 0;
        application().on_http(std::move(made), [&](net::HttpResponse r) { answer = std::move(r); });
        world().settle();
        return answer;
    }

    rpc::Settings settings;           // to be set in the constructor of a test
    server::ApplicationSettings web;  // likewise

private:
    std::optional<ServerWorld> world_;
    std::optional<server::Application> application_;
};

}  // namespace collab::test
