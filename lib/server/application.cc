// SPDX-License-Identifier: Apache-2.0
#include "server/application.h"

#include <iterator>

#include "base/text.h"
#include "server/late_session.h"
#include "server/web_socket_session.h"

namespace collab::server {
namespace {

constexpr std::string_view kNoDatabase = "the token cannot be looked up now, try again";

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
    build_routes();
}

void Application::reload(ApplicationSettings settings) {
    settings_ = std::move(settings);
    build_routes();
}

// `api` is the part without collaboration (spec 4, section 0): neither /rpc nor what belongs to it.
void Application::build_routes() {
    const auto counters = [this] { return counters_ ? counters_() : net::ServerCounters(); };
    const auto add = [](std::vector<WebRoute>& to, std::vector<WebRoute> more) {
        std::ranges::move(more, std::back_inserter(to));
    };
    routes_ = basic_routes(settings_, counters);
    admin_socket_routes_ = basic_routes(settings_, counters);
    if (settings_.mode == "api") return;
    add(routes_, client_routes(settings_));
    add(routes_, admin_routes(settings_));
    add(admin_socket_routes_, admin_socket_routes());
}

bool Application::came_as_admin(const net::HttpRequest& request) const {
    return request.unix_socket && !settings_.admin_socket.empty() &&
           request.unix_path == settings_.admin_socket;
}

void Application::on_http(net::HttpRequest request, net::Responder respond) {
    if (auto refused = check_door(request, settings_.door)) return respond(std::move(*refused));
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    const bool admin = came_as_admin(request);
    bool known_path = false;
    for (const auto& route : admin ? admin_socket_routes_ : routes_) {
        auto parameters = match(route.path, request.path);
        if (!parameters) continue;
        known_path = true;
        if (route.method != method) continue;
        auto base = base_url(request, settings_.door);
        const bool local = is_local(request, settings_.door);
        return run(route,
                   {core_, std::make_shared<const net::HttpRequest>(std::move(request)),
                    std::move(respond), std::move(base), local, admin, std::move(*parameters)});
    }
    if (known_path) return respond(plain(405, "method not allowed"));
    respond(plain(404, "not found"));
}

void Application::run(const WebRoute& route, WebCall call) {
    const std::string token(call.request->header("authorization").value_or(""));
    if (!lookup_.needs(token)) return route.handle(std::move(call));
    lookup_.look_up(token, [handle = route.handle, call = std::move(call)](bool known) {
        if (!known) return call.text(503, kNoDatabase);
        handle(call);
    });
}

std::variant<net::HttpResponse, net::AcceptSocket> Application::on_upgrade(
    const net::HttpRequest& request) {
    if (auto refused = check_door(request, settings_.door)) return std::move(*refused);
    if (request.path != "/rpc" || settings_.mode == "api" || came_as_admin(request)) {
        return plain(404, "not found");
    }
    if (request.header("origin")) return plain(403, kNoPages);
    if (core_.stopping() || !core_.ready()) return plain(503, "the server is not ready, try again");
    if (lookup_.needs(request.header("authorization").value_or(""))) {
        auto version = check_version(request, settings_.handshake);
        if (auto* refused = std::get_if<net::HttpResponse>(&version)) return std::move(*refused);
        return accept_late(request);
    }
    auto admitted = admit(request);
    if (auto* refused = std::get_if<net::HttpResponse>(&admitted)) return std::move(*refused);
    return net::AcceptSocket(
        [this, who = std::get<Admitted>(std::move(admitted))](net::Socket& socket) {
            return std::make_unique<WebSocketSession>(core_, who, socket);
        });
}

// Who may come in, or why not. Asks no database.
std::variant<net::HttpResponse, Admitted> Application::admit(const net::HttpRequest& request) {
    auto checked = check_handshake(request, core_.live(), settings_.handshake);
    if (auto* refused = std::get_if<net::HttpResponse>(&checked)) return std::move(*refused);
    auto& admitted = std::get<Admitted>(checked);
    if (core_.live().hub.peers_of(admitted.caller.user).size() >=
        settings_.handshake.connections_per_user) {
        return plain(429, "too many connections of this user");
    }
    admitted.caller.base_url = base_url(request, settings_.door);
    return std::move(admitted);
}

// A handshake is answered at once, but a token of another program has to be looked up: the socket
// opens, and Hello or the end comes when it is known. Who tries again after that end gets the 401.
net::AcceptSocket Application::accept_late(const net::HttpRequest& request) {
    return [this, request](net::Socket& socket) {
        auto late = std::make_unique<LateSession>(socket);
        const std::string token(request.header("authorization").value_or(""));
        lookup_.look_up(token, [this, request, place = late->place()](bool known) {
            if (*place == nullptr) return;
            if (!known) return (*place)->refuse(net::CloseCode::try_again_later, kNoDatabase);
            auto admitted = admit(request);
            if (const auto* refused = std::get_if<net::HttpResponse>(&admitted)) {
                return (*place)->refuse(net::CloseCode::policy_violation, refused->body);
            }
            (*place)->hand_over(std::make_unique<WebSocketSession>(
                core_, std::get<Admitted>(std::move(admitted)), (*place)->socket()));
        });
        return late;
    };
}

}  // namespace collab::server
