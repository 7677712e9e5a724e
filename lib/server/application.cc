// SPDX-License-Identifier: Apache-2.0
#include "server/application.h"

#include <iterator>

#include "base/text.h"
#include "server/web_socket_session.h"

namespace collab::server {
namespace {

constexpr std::string_view kTryAgain = "looking the token up, try again";

net::HttpResponse plain(int status, std::string_view body) {
    net::HttpResponse response;
    response.status = status;
    response.body = body;
    return response;
}

// The parameters of `path` under `pattern`, or nothing.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
    const auto wanted = split(pattern, '/');
    const auto given = split(path, '/');
    if (wanted.size() != given.size()) return {};
    std::vector<std::string> parameters;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i].starts_with('{')) {
            if (given[i].empty()) return {};
            parameters.emplace_back(given[i]);
        } else if (wanted[i] != given[i]) {
            return {};
        }
    }
    return parameters;
}

}  // namespace

void WebCall::text(int status, std::string_view body) const {
    respond(plain(status, body));
}

void WebCall::json(int status, std::string body) const {
    net::HttpResponse response;
    response.status = status;
    response.content_type = "application/json";
    response.body = std::move(body);
    respond(std::move(response));
}

Application::Application(Core& core, ApplicationSettings settings)
    : core_(core), settings_(std::move(settings)), lookup_(core.live()) {
    const auto add = [this](std::vector<WebRoute> more) {
        std::ranges::move(more, std::back_inserter(routes_));
    };
    add(basic_routes(settings_,
                     [this] { return counters_ ? counters_() : net::ServerCounters(); }));
    if (settings_.mode == "api") return;
    add(client_routes(settings_));
    add(admin_routes(settings_));
}

bool Application::waits_for_token(const net::HttpRequest& request) {
    const auto header = request.header("authorization");
    return header && lookup_.looking_up(*header);
}

void Application::on_http(net::HttpRequest request, net::Responder respond) {
    if (auto refused = check_door(request, settings_.door)) return respond(std::move(*refused));
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    bool known_path = false;
    for (const auto& route : routes_) {
        auto parameters = match(route.path, request.path);
        if (!parameters) continue;
        known_path = true;
        if (route.method != method) continue;
        if (waits_for_token(request)) return respond(plain(503, kTryAgain));
        auto base = base_url(request, settings_.door);
        const bool local = is_local(request, settings_.door);
        route.handle({core_, std::make_shared<const net::HttpRequest>(std::move(request)),
                      std::move(respond), std::move(base), local, std::move(*parameters)});
        return;
    }
    if (known_path) return respond(plain(405, "method not allowed"));
    respond(plain(404, "not found"));
}

std::variant<net::HttpResponse, net::AcceptSocket> Application::on_upgrade(
    const net::HttpRequest& request) {
    if (auto refused = check_door(request, settings_.door)) return std::move(*refused);
    if (request.path != "/rpc" || settings_.mode == "api") return plain(404, "not found");
    if (request.header("origin")) {
        return plain(403, "web pages may not open this connection");
    }
    if (core_.stopping() || !core_.ready()) return plain(503, "the server is not ready, try again");
    if (waits_for_token(request)) return plain(503, kTryAgain);
    auto checked =
        check_handshake(request, core_.live().state<users::TokenTable>(), settings_.handshake);
    if (auto* refused = std::get_if<net::HttpResponse>(&checked)) return std::move(*refused);
    auto& caller = std::get<rpc::Caller>(checked);
    if (core_.live().hub.peers_of(caller.user).size() >= settings_.handshake.connections_per_user) {
        return plain(429, "too many connections of this user");
    }
    caller.base_url = base_url(request, settings_.door);
    return net::AcceptSocket([this, caller](net::Socket& socket) {
        return std::make_unique<WebSocketSession>(core_, caller, socket);
    });
}

}  // namespace collab::server
