// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything that comes in over HTTP: the door, the routes, the way to /rpc. Thread: loop.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/server.h"
#include "server/core.h"
#include "server/door.h"
#include "server/handshake.h"
#include "server/token_lookup.h"

namespace collab::server {

// What a route is given.
struct WebCall {
    Core& core;
    std::shared_ptr<const net::HttpRequest> request;
    net::Responder respond;
    std::string base_url;
    bool local;                           // is_local() of the request
    std::vector<std::string> parameters;  // the {…} of the route's path, in order

    void text(int status, std::string_view body) const;
    void json(int status, std::string body) const;
};

struct WebRoute {
    std::string method;
    std::string path;  // segments in {} match one segment each
    std::function<void(WebCall)> handle;
};

struct ApplicationSettings {
    DoorSettings door;
    HandshakeSettings handshake;
    std::string mode = "all";  // api, collab, all: what GET / names and what is served
    std::string version;
    std::string revision = "unknown";
    bool metrics_public = false;
    // The session class is told by the server that it stops; /readyz turns 503.
    const bool* draining = nullptr;
};

class Application final : public net::Application {
public:
    // `core` must outlive this.
    Application(Core& core, ApplicationSettings settings);

    void on_http(net::HttpRequest request, net::Responder respond) override;
    std::variant<net::HttpResponse, net::AcceptSocket> on_upgrade(
        const net::HttpRequest& request) override;

    const ApplicationSettings& settings() const { return settings_; }
    // Of the server above us, for /metrics; set once it runs.
    void set_counters(std::function<net::ServerCounters()> counters) {
        counters_ = std::move(counters);
    }

private:
    bool waits_for_token(const net::HttpRequest& request);

    Core& core_;
    const ApplicationSettings settings_;
    std::vector<WebRoute> routes_;
    std::function<net::ServerCounters()> counters_;
    TokenLookup lookup_;
};

// The routes by topic; each file knows its own.
std::vector<WebRoute> basic_routes(const ApplicationSettings& settings,
                                   std::function<net::ServerCounters()> counters);
std::vector<WebRoute> client_routes(const ApplicationSettings& settings);  // /client/…, avatars
std::vector<WebRoute> admin_routes(const ApplicationSettings& settings);   // behind the API token

}  // namespace collab::server
