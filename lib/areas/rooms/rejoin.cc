// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/rejoin.h"

#include "areas/rooms/room_rows.h"

namespace collab::rooms {
namespace {

constexpr std::string_view kAnsweredPlace = R"sql(
    SELECT p.answering_connection_server_id, p.answering_connection_id, r.channel_id, p.role
    FROM room_participants p JOIN rooms r ON r.id = p.room_id
    WHERE p.room_id = $1 AND p.user_id = $2 AND p.answering_connection_server_id IS NOT NULL
      AND p.answering_connection_id IS NOT NULL
)sql";

constexpr std::string_view kMovePlace = R"sql(
    UPDATE room_participants
    SET answering_connection_server_id = $3, answering_connection_id = $4,
        answering_connection_lost = FALSE
    WHERE room_id = $1 AND user_id = $2
)sql";

}  // namespace

Result<RejoinedParticipant> rejoin_participant(rpc::Call& call, RoomId room) {
    COLLAB_TRY(const auto found,
               call.tx.one(kAnsweredPlace, {room, call.user()}, [](const db::Row& row) {
                   RejoinedParticipant place;
                   place.old_peer = peer_at(row, 0);
                   if (!row.is_null(2)) place.channel = row.id<ChannelId>(2);
                   place.role = rpc::role_from_text(row.text(3));
                   return place;
               }));
    if (!found) return Error{ErrorCode::not_found, "you are not in this room"};
    COLLAB_DO(
        call.tx.run(kMovePlace, {room, call.user(), call.peer().server, call.peer().connection}));
    return *found;
}

}  // namespace collab::rooms
