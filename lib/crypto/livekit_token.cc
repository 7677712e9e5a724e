// SPDX-License-Identifier: Apache-2.0
#include "crypto/livekit_token.h"

#include <nlohmann/json.hpp>

#include "crypto/jwt.h"

namespace collab::crypto {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kLifetimeSeconds = 6 * 60 * 60;

std::int64_t unix_seconds(WallTime time) {
    return unix_ms(time) / 1000;
}

// Media servers expect every grant to be there.
Json no_grants() {
    Json grants;
    for (const char* name :
         {"roomCreate", "roomJoin", "roomList", "roomRecord", "roomAdmin", "room", "canPublish",
          "canSubscribe", "canPublishData", "hidden", "recorder"})
        grants[name] = nullptr;
    return grants;
}

std::string sign(const LivekitKey& key, Json identity, std::int64_t not_before, Json grants,
                 WallTime now) {
    Json claims;
    claims["iss"] = key.key;
    claims["sub"] = identity;
    claims["iat"] = unix_seconds(now);
    claims["exp"] = unix_seconds(now) + kLifetimeSeconds;
    claims["nbf"] = not_before;
    claims["jwtid"] = std::move(identity);
    claims["video"] = std::move(grants);
    return sign_hs256(claims.dump(-1, ' ', false, Json::error_handler_t::replace), key.secret);
}

}  // namespace

std::string livekit_join_token(const LivekitKey& key, std::string_view room, UserId user,
                               Voice voice, WallTime now) {
    Json grants = no_grants();
    grants["roomJoin"] = true;
    grants["room"] = room;
    grants["canPublish"] = voice == Voice::publish;
    grants["canSubscribe"] = true;
    // LiveKit Cloud compares nbf with the time of a removal: 0 would keep out who comes back.
    return sign(key, std::to_string(user.value), unix_seconds(now), std::move(grants), now);
}

std::string livekit_room_admin_token(const LivekitKey& key, std::string_view room, WallTime now) {
    Json grants = no_grants();
    grants["roomAdmin"] = true;
    grants["room"] = room;
    return sign(key, nullptr, 0, std::move(grants), now);
}

std::string livekit_room_create_token(const LivekitKey& key, WallTime now) {
    Json grants = no_grants();
    grants["roomCreate"] = true;
    return sign(key, nullptr, 0, std::move(grants), now);
}

}  // namespace collab::crypto
