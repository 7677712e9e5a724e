// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/join_handlers.h"

#include <algorithm>

#include "areas/channels/channel_access.h"
#include "areas/channels/membership_updates.h"
#include "areas/contacts/presence.h"
#include "areas/rooms/participant_queries.h"
#include "areas/rooms/parting.h"
#include "areas/rooms/ringing.h"
#include "areas/rooms/room_media.h"
#include "areas/rooms/room_updates.h"

namespace collab::rooms {
namespace {

Result<rpc::Participant> find_self(const rpc::Call& call, const RoomSnapshot& room) {
    const auto& all = room.state.participants;
    const auto self = std::find_if(all.begin(), all.end(), [&call](const auto& participant) {
        return participant.peer == call.peer();
    });
    if (self == all.end()) return Error{ErrorCode::conflict, "you are in another call"};
    return *self;
}

proto::JoinRoomResponse make_response(const rpc::Call& call, const RoomSnapshot& room,
                                      rpc::Role role) {
    proto::JoinRoomResponse response;
    *response.mutable_room() = room.message;
    if (room.channel) {
        response.set_channel_id(static_cast<std::uint64_t>(room.channel->value));
    }
    if (auto ticket = media_ticket(call, room.livekit_room, role)) {
        *response.mutable_live_kit_connection_info() = std::move(*ticket);
    }
    return response;
}

// Out of where he is, to enter the call of a channel; that may be the same one.
Status leave_for(rpc::Call& call, const Place& place, ChannelId next) {
    COLLAB_TRY(const auto channel, find_room_channel(call.tx, place.room));
    const auto manner = channel == next ? Manner::quiet : Manner::leave;
    return take_out(call, place.room, {{place.user, place.peer}}, manner);
}

// He enters from wherever he is: out of the room that he answers in, no call rings elsewhere.
Result<RoomSnapshot> enter(rpc::Call& call, const channels::Channel& channel, rpc::Role role,
                           const std::optional<Place>& current) {
    if (current) COLLAB_DO(leave_for(call, *current, channel.id));
    const auto name = new_livekit_room(call.random, "channel-");
    COLLAB_TRY(const auto opened, open_channel_room(call.tx, channel.id, name, call.user()));
    if (opened.left_ringing) {
        COLLAB_DO(post_room_updated(call, *opened.left_ringing));
        post_call_canceled(call.outbox, call.user(), *opened.left_ringing);
    }
    COLLAB_DO(take_place(call.tx, {opened.room, call.user(), call.peer()}, role));
    COLLAB_TRY(auto room, load_room(call.tx, opened.room));
    if (!room) return Error{ErrorCode::internal, "a room went while somebody joined it"};
    return std::move(*room);
}

Result<proto::JoinRoomResponse> join(rpc::Call& call, ChannelId id) {
    const auto ticket = send_place(call.tx, call.user());
    COLLAB_TRY(const auto channel, channels::load_channel(call.tx, id));
    COLLAB_TRY(const auto current, receive_place(call.tx, ticket));
    COLLAB_TRY(const auto admission, channels::admit(call, channel));
    COLLAB_TRY(const auto room, enter(call, channel, admission.role, current));
    COLLAB_TRY(const auto self, find_self(call, room));

    post_room_index(call.outbox, room);
    call.outbox.reply();
    if (admission.membership_changed) {
        COLLAB_DO(channels::post_membership_updated(call, channel, call.user()));
    }
    post_room_message(call.outbox, room);
    COLLAB_DO(channels::post_channel_participants(call, channel));
    COLLAB_DO(contacts::post_presence(call, {call.user()}));
    return make_response(call, room, self.role);
}

}  // namespace

Result<proto::JoinRoomResponse> join_room(rpc::Call& call, const proto::JoinRoom& request) {
    const RoomId id{static_cast<std::int64_t>(request.id())};
    COLLAB_TRY(const auto entry, find_entry(call.tx, id, call.user()));
    if (!entry) return Error{ErrorCode::not_found, "no such call"};
    if (entry->channel) {
        if (entry->ringing) post_call_canceled(call.outbox, call.user(), id);
        return join(call, *entry->channel);
    }
    if (!entry->ringing) return Error{ErrorCode::not_found, "you are not being called there"};

    // The row that rings keeps its role; the one given here is for a row that there is not.
    COLLAB_DO(take_place(call.tx, {id, call.user(), call.peer()}, rpc::Role::guest));
    COLLAB_TRY(const auto room, post_room_updated(call, id));
    if (!room) return Error{ErrorCode::internal, "a room went while somebody joined it"};
    COLLAB_TRY(const auto self, find_self(call, *room));
    post_call_canceled(call.outbox, call.user(), id);
    call.outbox.reply();
    COLLAB_DO(contacts::post_presence(call, {call.user()}));
    return make_response(call, *room, self.role);
}

Result<proto::JoinRoomResponse> join_channel(rpc::Call& call, const proto::JoinChannel& request) {
    return join(call, ChannelId{static_cast<std::int64_t>(request.channel_id())});
}

}  // namespace collab::rooms
