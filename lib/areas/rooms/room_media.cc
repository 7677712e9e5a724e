// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/room_media.h"

#include "areas/rooms/media_server.h"
#include "crypto/livekit_token.h"
#include "rpc/live.h"

namespace collab::rooms {
namespace {

constexpr std::size_t kNameLength = 30;

// Runs `tell` with the media server once the transaction is committed.
template <class F>
void post_to_media_server(rpc::Call& call, F tell) {
    if (!call.settings.livekit) return;
    const auto& server = call.services.get<MediaServer>();
    call.outbox.effect([&server, tell](rpc::Live&) { tell(server); });
}

}  // namespace

std::string new_livekit_room(Random& random, const std::string& prefix) {
    return prefix + random_url_safe(random, kNameLength);
}

std::optional<proto::LiveKitConnectionInfo> media_ticket(const rpc::Call& call,
                                                         const std::string& livekit_room,
                                                         rpc::Role role) {
    if (!call.settings.livekit) return std::nullopt;
    const auto& settings = *call.settings.livekit;
    const bool publishes = rpc::may_use_microphone(role);
    proto::LiveKitConnectionInfo info;
    info.set_server_url(settings.url);
    info.set_token(crypto::livekit_join_token(
        {settings.key, settings.secret}, livekit_room, call.user(),
        publishes ? crypto::Voice::publish : crypto::Voice::listen, call.now));
    info.set_can_publish(publishes);
    return info;
}

void post_media_removal(rpc::Call& call, const std::string& livekit_room, UserId user) {
    post_to_media_server(call, [livekit_room, user](const MediaServer& server) {
        server.remove_participant(livekit_room, user);
    });
}

void post_media_role(rpc::Call& call, const std::string& livekit_room, UserId user,
                     rpc::Role role) {
    post_to_media_server(call, [livekit_room, user, role](const MediaServer& server) {
        server.update_participant(livekit_room, user, rpc::may_use_microphone(role));
    });
}

void post_media_room_gone(rpc::Call& call, const std::string& livekit_room) {
    post_to_media_server(
        call, [livekit_room](const MediaServer& server) { server.delete_room(livekit_room); });
}

}  // namespace collab::rooms
