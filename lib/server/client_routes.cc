// SPDX-License-Identifier: Apache-2.0
// What clients since 2025-08 ask about themselves (spec 5, sections 7 and 7a), and pictures.
#include "areas/users/user_json.h"
#include "base/text.h"
#include "server/application.h"
#include "server/avatar.h"

namespace collab::server {
namespace {

struct Found {
    std::optional<users::User> user;
    std::vector<std::string> flags;
};

// Looks one user up on a reader, then runs `answer` on the loop.
void with_user(const WebCall& web, UserId id,
               std::function<void(const WebCall&, const Found&)> answer) {
    auto found = std::make_shared<Found>();
    web.core.live().reader.submit(
        {nullptr,
         [id, found](rpc::Call& call) -> Status {
             COLLAB_TRY(found->user, users::find_user(call.tx, id));
             COLLAB_TRY(found->flags, users::feature_flags_of(call.tx, id));
             return ok();
         },
         [web, found, answer = std::move(answer)](Status status, rpc::Outbox) {
             if (!status.ok()) return web.text(503, "the database is not available");
             answer(web, *found);
         }});
}

// 401 for bad credentials only: a client forgets them then (spec 5, section 11).
void me(const WebCall& web, const HandshakeSettings& settings) {
    const auto who = authenticate(*web.request, web.core.live(), settings);
    if (const auto* refused = std::get_if<net::HttpResponse>(&who)) return web.respond(*refused);
    with_user(web, std::get<users::Verified>(who).user,
              [](const WebCall& call, const Found& found) {
                  if (!found.user) return call.text(500, "the user is gone");
                  // Admins connect without a click; it gives them no right here (spec 4, 8.2).
                  call.json(200, users::me_json(*found.user, found.flags, call.base_url,
                                                /*staff=*/found.user->admin));
              });
}

void avatar(const WebCall& web) {
    std::string_view name = web.parameters[0];
    if (!name.ends_with(".png")) return web.text(404, "not found");
    const auto id = parse_int64(name.substr(0, name.size() - 4));
    if (!id) return web.text(404, "not found");
    with_user(web, UserId{*id}, [](const WebCall& call, const Found& found) {
        const auto& user = found.user;
        if (!user) return call.text(404, "not found");
        net::HttpResponse response;
        response.content_type = "image/png";
        response.headers.emplace_back("Cache-Control", "max-age=3600");
        response.body = draw_avatar(user->name.value_or(user->username), user->id.value);
        call.respond(std::move(response));
    });
}

}  // namespace

std::vector<WebRoute> client_routes(const ApplicationSettings& settings) {
    const auto handshake = settings.handshake;
    return {
        {"GET", "/client/users/me", [handshake](WebCall web) { me(web, handshake); }},
        {"GET", "/avatars/{file}", [](WebCall web) { avatar(web); }},
    };
}

}  // namespace collab::server
