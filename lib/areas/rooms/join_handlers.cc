// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/join_handlers.h"

#include <algorithm>
#include <memory>

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

// What is known before somebody enters the call of a channel.
struct Entering {
    channels::Channel channel;
    rpc::Role role;
    bool membership_changed = false;
    std::optional<RoomId> room;        // of the channel, if known
    std::optional<RoomPlace> current;  // where he answers now
};

// No call rings for him elsewhere.
void end_ringing(rpc::Call& call, db::Ticket elsewhere) {
    call.outbox.later(
        [&tx = call.tx, elsewhere, user = call.user()](rpc::Outbox& outbox) -> Status {
            COLLAB_TRY(const auto room, receive_ended(tx, elsewhere));
            if (!room) return ok();
            post_room_updated(tx, outbox, *room);
            post_call_canceled(outbox, user, *room);
            return ok();
        });
}

// He answers nowhere, and the channel has a room.
Result<RoomId> prepare(rpc::Call& call, const Entering& entering) {
    const auto& [channel, role, changed, known, current] = entering;
    if (current && current->channel == channel.id) {
        const auto& place = current->place;
        COLLAB_TRY(const bool gone,
                   take_out_ending(call, place.room, {{place.user, place.peer}}, Manner::quiet));
        if (!gone) return place.room;
    } else if (known && !current) {
        end_ringing(call, send_end_elsewhere(call.tx, channel.id, call.user()));
        return *known;
    }
    const auto ringing = send_end_elsewhere(call.tx, channel.id, call.user());
    const auto opened =
        send_channel_room(call.tx, channel.id, new_livekit_room(call.random, "channel-"));
    if (current && current->channel != channel.id) {
        const auto& place = current->place;
        COLLAB_DO(take_out(call, place.room, {{place.user, place.peer}}, Manner::leave));
    }
    end_ringing(call, ringing);
    return receive_channel_room(call.tx, opened);
}

// Everything that is told is asked for before the room is waited for.
Result<proto::JoinRoomResponse> enter(rpc::Call& call, const Entering& entering) {
    COLLAB_TRY(const auto id, prepare(call, entering));
    COLLAB_DO(take_place(call.tx, {id, call.user(), call.peer()}, entering.role));
    const auto tickets = send_room(call.tx, id);
    auto room = std::make_shared<RoomSnapshot>();
    call.outbox.later([room](rpc::Outbox& outbox) {
        post_room_index(outbox, *room);
        return ok();
    });
    call.outbox.reply();
    if (entering.membership_changed) {
        channels::post_membership_updated(call, entering.channel, call.user());
    }
    call.outbox.later([room](rpc::Outbox& outbox) {
        post_room_message(outbox, *room);
        return ok();
    });
    channels::post_channel_participants(call, entering.channel);
    contacts::post_presence(call, {call.user()});
    COLLAB_TRY(auto loaded, receive_snapshot(call.tx, id, tickets));
    if (!loaded) return Error{ErrorCode::internal, "a room went while somebody joined it"};
    *room = std::move(*loaded);
    COLLAB_TRY(const auto self, find_self(call, *room));
    return make_response(call, *room, self.role);
}

// He has left the call he was in, whether he may enter another or not (spec 1, 4.10 step 1).
Result<proto::JoinRoomResponse> refuse(rpc::Call& call, const std::optional<RoomPlace>& current,
                                       Error error) {
    if (!current) return error;
    const auto& place = current->place;
    COLLAB_DO(take_out(call, place.room, {{place.user, place.peer}}, Manner::leave));
    call.outbox.refuse(std::move(error));
    return proto::JoinRoomResponse();
}

Result<proto::JoinRoomResponse> join(rpc::Call& call, channels::Access access,
                                     std::optional<RoomId> room, std::optional<RoomPlace> current) {
    auto admission = channels::admit(call, access);
    if (!admission.ok()) return refuse(call, current, std::move(admission).error());
    return enter(call, {std::move(access.channel), admission->role, admission->membership_changed,
                        room, current});
}

}  // namespace

Result<proto::JoinRoomResponse> join_room(rpc::Call& call, const proto::JoinRoom& request) {
    const RoomId id{static_cast<std::int64_t>(request.id())};
    const auto place_ticket = send_place(call.tx, call.user());
    const auto access_ticket = channels::send_access_of_room(call.tx, id, call.user());
    COLLAB_TRY(const auto entry, find_entry(call.tx, id, call.user()));
    COLLAB_TRY(const auto current, receive_place(call.tx, place_ticket));
    COLLAB_TRY(auto access, channels::receive_access_if_any(call.tx, access_ticket, call.user()));
    if (!entry) return Error{ErrorCode::not_found, "no such call"};
    if (access) {
        if (entry->ringing) post_call_canceled(call.outbox, call.user(), id);
        return join(call, std::move(*access), id, current);
    }
    if (!entry->ringing) return Error{ErrorCode::not_found, "you are not being called there"};

    // The row that rings keeps its role; the one given here is for a row that there is not.
    COLLAB_DO(take_place(call.tx, {id, call.user(), call.peer()}, rpc::Role::guest));
    COLLAB_TRY(const auto room, load_room_updated(call, id));
    if (!room) return Error{ErrorCode::internal, "a room went while somebody joined it"};
    COLLAB_TRY(const auto self, find_self(call, *room));
    post_call_canceled(call.outbox, call.user(), id);
    call.outbox.reply();
    contacts::post_presence(call, {call.user()});
    return make_response(call, *room, self.role);
}

Result<proto::JoinRoomResponse> join_channel(rpc::Call& call, const proto::JoinChannel& request) {
    const ChannelId id{static_cast<std::int64_t>(request.channel_id())};
    const auto place_ticket = send_place(call.tx, call.user());
    auto access = channels::load_access(call.tx, id, call.user());
    COLLAB_TRY(const auto current, receive_place(call.tx, place_ticket));
    if (!access.ok()) return refuse(call, current, std::move(access).error());
    return join(call, std::move(access).value(), {}, current);
}

}  // namespace collab::rooms
