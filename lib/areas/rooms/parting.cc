// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/parting.h"

#include <algorithm>
#include <set>
#include <string>

#include "areas/channels/channel_queries.h"
#include "areas/channels/membership_updates.h"
#include "areas/contacts/presence.h"
#include "areas/rooms/participant_queries.h"
#include "areas/rooms/ringing.h"
#include "areas/rooms/room_media.h"
#include "areas/rooms/room_updates.h"
#include "proto/projects.pb.h"
#include "rpc/live.h"

namespace collab::rooms {
namespace {

// Rights are gone at once; the connection is closed only so that the client notices, and a moment
// later, so that it has read why.
constexpr Duration kFarewell = std::chrono::seconds(1);

constexpr std::uint16_t kServiceRestart = 1012;  // clients reconnect after it

db::Ticket send_channel(db::Tx& tx, RoomId room) {
    static const std::string sql =
        "SELECT " + std::string(channels::kChannelColumns) +
        " FROM channels c JOIN rooms r ON r.channel_id = c.id WHERE r.id = $1";
    return tx.send(sql, {room});
}

// These posts stand before the new state of the room: they reach who was in the project so far.
void post_left_projects(rpc::Outbox& outbox, const std::vector<LeftProject>& projects,
                        Manner manner) {
    if (manner == Manner::swept) return;
    std::set<ProjectId> gone;
    for (const auto& left : projects) {
        if (left.hosted) gone.insert(left.project);
    }
    for (const auto& left : projects) {
        if (left.hosted) {
            outbox.to_guests(left.project, make_unshare(left.project));
            continue;
        }
        if (gone.contains(left.project)) continue;
        outbox.to_project(left.project, make_removed_collaborator(left.project, left.peer),
                          left.peer);
        if (manner == Manner::evict) outbox.to_peer(left.peer, make_unshare(left.project));
    }
}

// An empty room goes, and with it whatever still rings for it; unless it is kept.
Status post_what_is_left(rpc::Call& call, const RoomSnapshot& room, Parting& parting, bool keep) {
    if (!room.empty || keep) {
        post_room_index(call.outbox, room);
        post_room_message(call.outbox, room);
        return ok();
    }
    for (const auto user : room.pending) parting.calls.push_back({room.state.id, user});
    post_room_gone(call.outbox, room.state.id);
    return delete_room(call.tx, room.state.id);
}

Status post_other_rooms(rpc::Call& call, RoomId room, const std::vector<EndedCall>& calls) {
    std::set<RoomId> others;
    for (const auto& ended : calls) {
        if (ended.room != room) others.insert(ended.room);
    }
    for (const auto other : others) post_room_updated(call, other);
    return ok();
}

void post_media(rpc::Call& call, const RoomSnapshot& room, const std::vector<Leaver>& leavers,
                Manner manner) {
    if (manner == Manner::leave || manner == Manner::evict) {
        for (const auto& leaver : leavers) {
            post_media_removal(call, room.livekit_room, leaver.user);
        }
    }
    if (room.empty) post_media_room_gone(call, room.livekit_room);
}

void post_disconnects(rpc::Outbox& outbox, const std::vector<Leaver>& leavers) {
    for (const auto& leaver : leavers) {
        outbox.effect([peer = leaver.peer](rpc::Live& live) {
            live.executor.after(kFarewell, [peer, &live] {
                auto* const session = live.hub.session(peer);
                if (session != nullptr) session->close(kServiceRestart, "removed from the call");
            });
        });
    }
}

}  // namespace

Status take_out(rpc::Call& call, RoomId room, const std::vector<Leaver>& leavers, Manner manner,
                const std::vector<UserId>& called_off) {
    COLLAB_TRY([[maybe_unused]] const bool gone,
               take_out_ending(call, room, leavers, manner, called_off));
    return ok();
}

Result<bool> take_out_ending(rpc::Call& call, RoomId room, const std::vector<Leaver>& leavers,
                             Manner manner, const std::vector<UserId>& called_off) {
    COLLAB_TRY(const auto tickets, send_parting(call.tx, room, leavers));
    const auto channel_ticket = send_channel(call.tx, room);
    COLLAB_TRY(const auto left, load_room(call.tx, room));
    COLLAB_TRY(auto parting, receive_parting(call.tx, tickets));
    COLLAB_TRY(const auto channel, call.tx.one(channel_ticket, channels::to_channel));
    if (!left) return Error{ErrorCode::internal, "a room went while people were in it"};
    for (const auto user : called_off) parting.calls.push_back({room, user});

    post_left_projects(call.outbox, parting.projects, manner);
    const bool keep = manner == Manner::swept && channel.has_value();
    COLLAB_DO(post_what_is_left(call, *left, parting, keep));
    COLLAB_DO(post_other_rooms(call, room, parting.calls));
    if (channel) channels::post_channel_participants(call, *channel);

    std::vector<UserId> changed;
    for (const auto& leaver : leavers) changed.push_back(leaver.user);
    for (const auto& ended : parting.calls) {
        post_call_canceled(call.outbox, ended.called, ended.room);
        changed.push_back(ended.called);
    }
    contacts::post_presence(call, changed);
    post_media(call, *left, leavers, manner);
    if (manner == Manner::evict) post_disconnects(call.outbox, leavers);
    return left->empty;
}

}  // namespace collab::rooms
