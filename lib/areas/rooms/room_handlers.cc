// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/room_handlers.h"

#include "areas/contacts/presence.h"
#include "areas/rooms/leave.h"
#include "areas/rooms/participant_queries.h"
#include "areas/rooms/room_media.h"
#include "areas/rooms/room_rows.h"
#include "areas/rooms/room_updates.h"

namespace collab::rooms {
Result<proto::CreateRoomResponse> create_room(rpc::Call& call, const proto::CreateRoom&) {
    const auto livekit_room = new_livekit_room(call.random);
    COLLAB_TRY(const auto id, insert_room(call.tx, livekit_room));
    COLLAB_DO(take_place(call.tx, {id, call.user(), call.peer()}, rpc::Role::admin));
    COLLAB_TRY(const auto room, load_room(call.tx, id));
    if (!room || room->empty) {
        return Error{ErrorCode::conflict, "you are in a call or being called"};
    }
    post_room_index(call.outbox, *room);
    call.outbox.reply();
    contacts::post_presence(call, {call.user()});

    proto::CreateRoomResponse response;
    *response.mutable_room() = room->message;
    if (auto ticket = media_ticket(call, livekit_room, rpc::Role::admin)) {
        *response.mutable_live_kit_connection_info() = std::move(*ticket);
    }
    return response;
}

Status leave(rpc::Call& call, const proto::LeaveRoom&) {
    return leave_room(call, call.peer());
}

Status set_participant_role(rpc::Call& call, const proto::SetRoomParticipantRole& request) {
    const RoomId room{static_cast<std::int64_t>(request.room_id())};
    const UserId user{static_cast<std::int64_t>(request.user_id())};
    const auto role = rpc::role_from_wire(request.role());
    if (!role) return Error{ErrorCode::invalid, "no such role"};
    const auto own = send_standing(call.tx, room, call.user());
    const auto others = send_standing(call.tx, room, user);
    const auto cla = send_cla(call.tx, room, user);
    COLLAB_TRY(const auto setter, receive_standing(call.tx, own));
    COLLAB_TRY(const auto target, receive_standing(call.tx, others));
    if (!setter || !setter->answered || setter->role != rpc::Role::admin) {
        return Error{ErrorCode::denied, "only an admin of the call may do this"};
    }
    COLLAB_TRY(const bool lacks_cla, receive_lacks_cla(call.tx, cla));
    if (rpc::needs_cla(*role) && lacks_cla) {
        return Error{ErrorCode::needs_cla, "the user has not signed the CLA"};
    }
    if (!target) return Error{ErrorCode::not_found, "the user is not in this call"};

    COLLAB_DO(set_role(call.tx, room, user, *role));
    COLLAB_TRY(const auto updated, load_room_updated(call, room));
    if (updated) post_media_role(call, updated->livekit_room, user, *role);
    return ok();
}

Status update_location(rpc::Call& call, const proto::UpdateParticipantLocation& request) {
    const RoomId room{static_cast<std::int64_t>(request.room_id())};
    auto kind = LocationKind::external;
    std::optional<ProjectId> project;
    switch (request.location().variant_case()) {
        case proto::ParticipantLocation::kSharedProject:
            kind = LocationKind::shared_project;
            project =
                ProjectId{static_cast<std::int64_t>(request.location().shared_project().id())};
            break;
        case proto::ParticipantLocation::kUnsharedProject:
            kind = LocationKind::unshared_project;
            break;
        case proto::ParticipantLocation::kExternal:
            break;
        case proto::ParticipantLocation::VARIANT_NOT_SET:
            return Error{ErrorCode::invalid, "no location"};
    }
    COLLAB_TRY(const bool stored, set_location(call.tx, {room, call.user(), call.peer()},
                                               static_cast<int>(kind), project));
    if (!stored) return Error{ErrorCode::not_found, "you are not in this call"};
    post_room_updated(call, room);
    return ok();
}

}  // namespace collab::rooms
