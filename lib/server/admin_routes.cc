// SPDX-License-Identifier: Apache-2.0
// Routes that create people, behind the API token (spec 4, sections 3 and 4), without which they do
// not exist (decisions 19), or behind the admin socket.
#include <nlohmann/json.hpp>

#include "areas/channels/channel_queries.h"
#include "areas/users/access_tokens.h"
#include "areas/users/contributors.h"
#include "areas/users/user_admin.h"
#include "areas/users/user_json.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/constant_time.h"
#include "server/application.h"
#include "server/live_snapshot.h"
#include "server/request_fields.h"

namespace collab::server {
namespace {

using nlohmann::json;

Result<users::GithubProfile> profile_of(const Fields& fields) {
    users::GithubProfile profile;
    COLLAB_TRY(profile.github_user_id,
               required(fields.integer("github_user_id"), "github_user_id"));
    COLLAB_TRY(profile.login, required(fields.text("github_login"), "github_login"));
    COLLAB_TRY(profile.email, fields.text("github_email"));
    COLLAB_TRY(profile.name, fields.text("github_name"));
    const std::string created = "github_user_created_at";
    COLLAB_TRY(const auto time, required(fields.text(created), created));
    profile.created_at = parse_rfc3339(time);
    if (!profile.created_at) return Error{ErrorCode::invalid, created + " is no RFC 3339 time"};
    return profile;
}

int status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
            return 400;
        case ErrorCode::denied:
            return 401;
        case ErrorCode::conflict:
            return 422;
        case ErrorCode::unavailable:
            return 503;
        default:
            return 500;
    }
}

// Runs `work` on the writer and answers with the JSON that it returns, or with its error.
void answer(const WebCall& web, std::function<Result<std::string>(rpc::Call&)> work) {
    auto body = std::make_shared<std::string>();
    web.core.writer().submit({db::Durability::must, nullptr, nullptr,
                              [work = std::move(work), body](rpc::Call& call) -> Status {
                                  COLLAB_TRY(*body, work(call));
                                  return ok();
                              },
                              [web, body](Status status, rpc::Outbox outbox) {
                                  web.core.live().carry_out(outbox, [] {});
                                  if (status.ok()) return web.json(200, std::move(*body));
                                  web.text(status_of(status.error().code), status.error().message);
                              }});
}

// What a new user joins without being asked (auto_join_channel_id). They have no connection yet
// that would have to learn of it.
Status auto_join(rpc::Call& call, ChannelId id, UserId user) {
    COLLAB_TRY(const auto channel, channels::find_channel(call.tx, id));
    if (!channel) {
        log(LogLevel::warning,
            "auto_join_channel_id: there is no channel " + std::to_string(id.value));
        return ok();
    }
    return channels::insert_membership(call.tx, {channel->root(), user, rpc::Role::guest, true});
}

Result<users::User> upsert(rpc::Call& call, const users::GithubProfile& profile) {
    COLLAB_TRY(auto ensured, users::upsert_github_user(call.tx, call.now, call.random, profile));
    if (const auto channel = call.settings.auto_join_channel; channel && ensured.created) {
        COLLAB_DO(auto_join(call, *channel, ensured.user.id));
    }
    users::post_user_access(call.outbox, ensured.user);
    return std::move(ensured.user);
}

void get_user(const WebCall& web) {
    const auto profile = profile_of(query_fields(web.request));
    if (!profile.ok()) return web.text(400, profile.error().message);
    answer(web, [profile = *profile](rpc::Call& call) -> Result<std::string> {
        COLLAB_TRY(const auto user, upsert(call, profile));
        COLLAB_TRY(const auto flags, users::feature_flags_of(call.tx, user.id));
        return users::private_user_json(user, flags);
    });
}

void look_up(const WebCall& web) {
    const auto identifier = web.request->query_parameter("identifier");
    if (!identifier) return web.text(400, "missing field 'identifier'");
    answer(web, [identifier = *identifier](rpc::Call& call) -> Result<std::string> {
        COLLAB_TRY(const auto user, users::look_up_user(call.tx, identifier));
        return users::look_up_json(user);
    });
}

void create_token(const WebCall& web) {
    const auto id = parse_int32(web.parameters[0]);
    const auto key = web.request->query_parameter("public_key");
    if (!id) return web.text(400, "no user id");
    if (!key) return web.text(400, "missing field 'public_key'");
    const auto impersonate = web.request->query_parameter("impersonate");
    answer(web,
           [id = UserId{*id}, key = *key, impersonate](rpc::Call& call) -> Result<std::string> {
               COLLAB_TRY(auto token, users::create_access_token(call.tx, call.now, call.random, id,
                                                                 impersonate, key));
               COLLAB_TRY(const auto user, users::find_user(call.tx, token.effective));
               if (user) users::post_user_access(call.outbox, *user);  // may be another program's
               users::post_tokens(call.outbox, std::move(token.change));
               return users::access_token_json(token.effective, token.encrypted);
           });
}

void contributors(const WebCall& web) {
    answer(web, [](rpc::Call& call) -> Result<std::string> {
        COLLAB_TRY(const auto logins, users::list_contributors(call.tx));
        return users::contributors_json(logins);
    });
}

void contributor(const WebCall& web) {
    const auto id = integer_parameter(*web.request, "github_user_id");
    if (!id.ok()) return web.text(400, id.error().message);
    const auto login = web.request->query_parameter("github_login");
    if (!*id && !login) {
        return web.text(500, "must be one of `github_user_id` or `github_login`.");
    }
    answer(web, [number = *id, login](rpc::Call& call) -> Result<std::string> {
        COLLAB_TRY(const auto signed_at, users::find_signature(call.tx, number, login));
        return users::signature_json(signed_at);
    });
}

void add_contributor(const WebCall& web) {
    const auto fields = json_fields(web);
    if (!fields) return;
    const auto profile = profile_of(*fields);
    if (!profile.ok()) return web.text(422, profile.error().message);
    answer(web, [profile = *profile](rpc::Call& call) -> Result<std::string> {
        COLLAB_TRY(const auto user, upsert(call, profile));
        COLLAB_DO(users::add_contributor(call.tx, call.now, user.id));
        return std::string();
    });
}

// Signs in without a browser: `Authorization: Bearer <API token>` and a login (spec 5, section 4).
void impersonate(const WebCall& web) {
    const auto fields = json_fields(web);
    if (!fields) return;
    const auto login = required(fields->text("github_login"), "github_login");
    if (!login.ok()) return web.text(422, login.error().message);
    answer(web, [login = *login](rpc::Call& call) -> Result<std::string> {
        COLLAB_TRY(const auto user, users::find_user_by_name(call.tx, login));
        if (!user) {
            return Error{ErrorCode::conflict,
                         "there is no user '" + login + "': create them with collab-seed user"};
        }
        users::post_user_access(call.outbox, *user);  // may be another program's
        COLLAB_TRY(auto token, users::create_plain_token(call.tx, call.now, call.random, user->id));
        users::post_tokens(call.outbox, std::move(token.change));
        return json{{"user_id", user->id.value}, {"access_token", token.text}}.dump();
    });
}

void live_snapshot(const WebCall& web) {
    web.json(200, live_snapshot_json(web.core.live()));
}

using Handler = void (*)(const WebCall&);

struct AdminRoute {
    std::string_view method, path, scheme;
    Handler handle;
};

constexpr AdminRoute kRoutes[] = {
    {"GET", "/user", "token", &get_user},
    {"GET", "/users/look_up", "token", &look_up},
    {"POST", "/users/{id}/access_tokens", "token", &create_token},
    {"GET", "/rpc_server_snapshot", "token", &live_snapshot},
    {"GET", "/contributors", "token", &contributors},
    {"POST", "/contributors", "token", &add_contributor},
    {"GET", "/contributor", "token", &contributor},
    {"POST", "/internal/users/impersonate", "Bearer", &impersonate},
};

// What goes into the database, and from there to clients, is text.
bool is_text(std::string_view query) {
    const auto decoded = net::percent_decode(query, /*plus_is_space=*/true);
    return !decoded || (is_valid_utf8(*decoded) && decoded->find('\0') == std::string::npos);
}

void handle_when_ready(const WebCall& web, Handler handle) {
    if (!is_text(web.request->query)) return web.text(400, "the query is no UTF-8 text");
    if (!web.core.ready()) return web.text(503, "the server is starting, try again");
    handle(web);
}

// The handler, behind the token in a header of the form "<scheme> <token>".
std::function<void(WebCall)> behind_token(const AdminRoute& route, const std::string& token) {
    return [token, scheme = std::string(route.scheme), handle = route.handle](WebCall web) {
        const auto header = web.request->header("authorization");
        if (!header) return web.text(400, "missing authorization header");
        if (!header->starts_with(scheme + " "))
            return web.text(400, "invalid authorization header");
        if (!crypto::secrets_equal(header->substr(scheme.size() + 1), token)) {
            return web.text(401, "invalid authorization token");
        }
        handle_when_ready(web, handle);
    };
}

std::function<void(WebCall)> audited(Handler handle) {
    return [handle](WebCall web) {
        const auto& request = *web.request;
        log(LogLevel::info, "audit: user id " + std::to_string(request.peer_uid) + ", process " +
                                std::to_string(request.peer_pid) + ": " + request.method + " " +
                                request.path);
        handle_when_ready(web, handle);
    };
}

}  // namespace

std::vector<WebRoute> admin_routes(const ApplicationSettings& settings) {
    if (!settings.handshake.api_token) return {};
    std::vector<WebRoute> routes;
    for (const auto& route : kRoutes) {
        routes.push_back({std::string(route.method), std::string(route.path),
                          behind_token(route, *settings.handshake.api_token)});
    }
    return routes;
}

std::vector<WebRoute> admin_socket_routes() {
    std::vector<WebRoute> routes;
    for (const auto& route : kRoutes) {
        routes.push_back(
            {std::string(route.method), std::string(route.path), audited(route.handle)});
    }
    return routes;
}

}  // namespace collab::server
