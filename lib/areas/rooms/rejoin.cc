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
    WHERE room_id = $1 AND user_id = $2 AND answering_connection_server_id IS NOT NULL
      AND answering_connection_id IS NOT NULL
)sql";

}  // namespace

RejoinTickets send_rejoin(rpc::Call& call, RoomId room) {
    return {
        call.tx.send(kAnsweredPlace, {room, call.user()}),
        call.tx.send(kMovePlace, {room, call.user(), call.peer().server, call.peer().connection})};
}

Result<RejoinedParticipant> receive_rejoin(db::Tx& tx, const RejoinTickets& tickets) {
    COLLAB_TRY(const auto found, tx.one(tickets.before, [](const db::Row& row) {
        RejoinedParticipant place;
        place.old_peer = peer_at(row, 0);
        if (!row.is_null(2)) place.channel = row.id<ChannelId>(2);
        place.role = rpc::role_from_text(row.text(3));
        return place;
    }));
    COLLAB_TRY([[maybe_unused]] const auto moved,
               tx.one(tickets.moved, [](const db::Row&) { return true; }));
    if (!found) return Error{ErrorCode::not_found, "you are not in this room"};
    return *found;
}

}  // namespace collab::rooms
