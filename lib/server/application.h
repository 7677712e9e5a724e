// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything that comes in over HTTP: the door, the routes, the way to /rpc. Thread: loop.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/server.h"
#include "server/core.h"
#include "server/door.h"
#include "server/handshake.h"
#include "server/token_lookup.h"

namespace collab::server {

// Why /rpc refuses a request with an Origin (decisions 24).
inline constexpr std::string_view kNoPages = "web pages may not open this connection";

// What a route is given.
struct WebCall {
    Core& core;
    std::shared_ptr<const net::HttpRequest> request;
    net::Responder respond;
    std::string base_url;
    bool local;                           // is_local() of the request
    bool admin;                           // came through the admin socket
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
    std::string revision = "unknown";  // what GET / names beside the version
    bool metrics_public = false;
    std::string admin_socket;  // path of the Unix socket whose callers are admins; empty: none
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

    // Other settings from the next request on.
    void reload(ApplicationSettings settings);

    const ApplicationSettings& settings() const { return settings_; }
    // Of the server above us, for /metrics; set once it runs.
    void set_counters(std::function<net::ServerCounters()> counters) {
        counters_ = std::move(counters);
    }

private:
    void build_routes();
    bool came_as_admin(const net::HttpRequest& request) const;
    void run(const WebRoute& route, WebCall call);
    std::variant<net::HttpResponse, Admitted> admit(const net::HttpRequest& request);
    net::AcceptSocket accept_late(const net::HttpRequest& request);

    Core& core_;
    ApplicationSettings settings_;
    std::vector<WebRoute> routes_;
    std::vector<WebRoute> admin_socket_routes_;
    std::function<net::ServerCounters()> counters_;
    TokenLookup lookup_;
};

// The routes by topic; each file knows its own.
std::vector<WebRoute> basic_routes(const ApplicationSettings& settings,
                                   std::function<net::ServerCounters()> counters);
std::vector<WebRoute> client_routes(const ApplicationSettings& settings);  // /client/…, avatars
// What makes people (spec 4, sections 3 and 4): behind the API token, nothing without one.
std::vector<WebRoute> admin_routes(const ApplicationSettings& settings);
// The same for who comes through the admin socket; each call leaves an audit line in the log.
std::vector<WebRoute> admin_socket_routes();

}  // namespace collab::server
