// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/channel_evictor.h"

#include "areas/contacts/presence.h"
#include "areas/rooms/participant_queries.h"
#include "areas/rooms/parting.h"
#include "areas/rooms/ringing.h"
#include "areas/rooms/room_media.h"
#include "areas/rooms/room_updates.h"

namespace collab::rooms {

Status ChannelEvictor::evict(rpc::Call& call, ChannelId channel,
                             const std::vector<UserId>& users) const {
    return evict(call, send_seats(call.tx, channel, users));
}

Status ChannelEvictor::evict(rpc::Call& call, db::Ticket ticket) const {
    COLLAB_TRY(const auto seats, receive_seats(call.tx, ticket));
    if (seats.empty()) return ok();
    const RoomId room = seats.front().room;
    std::vector<Leaver> leavers;
    std::vector<UserId> called_off;
    for (const auto& seat : seats) {
        if (seat.peer) {
            leavers.push_back({seat.user, *seat.peer});
            continue;
        }
        COLLAB_DO(delete_pending(call.tx, seat.user, room));
        called_off.push_back(seat.user);
    }
    if (!leavers.empty()) return take_out(call, room, leavers, Manner::evict, called_off);

    post_room_updated(call, room);
    for (const auto user : called_off) post_call_canceled(call.outbox, user, room);
    contacts::post_presence(call, called_off);
    return ok();
}

Status ChannelEvictor::weaken(rpc::Call& call, ChannelId channel, UserId user,
                              rpc::Role role) const {
    const auto ticket = send_seats(call.tx, channel, {user});
    COLLAB_TRY(const auto seats, receive_seats(call.tx, ticket));
    if (seats.empty() || !rpc::is_stronger(seats.front().role, role)) return ok();
    const RoomId room = seats.front().room;
    COLLAB_DO(set_role(call.tx, room, user, role));
    COLLAB_TRY(const auto updated, load_room_updated(call, room));
    if (updated) post_media_role(call, updated->livekit_room, user, role);
    return ok();
}

}  // namespace collab::rooms
