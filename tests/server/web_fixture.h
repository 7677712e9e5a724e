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
