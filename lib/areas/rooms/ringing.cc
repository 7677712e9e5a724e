// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/ringing.h"

namespace collab::rooms {

proto::IncomingCall make_incoming_call(const RoomSnapshot& room, UserId caller,
                                       std::optional<ProjectId> initial_project) {
    proto::IncomingCall message;
    message.set_room_id(room.message.id());
    message.set_calling_user_id(static_cast<std::uint64_t>(caller.value));
    for (const auto& participant : room.message.participants()) {
        message.add_participant_user_ids(participant.user_id());
        if (!initial_project) continue;
        for (const auto& project : participant.projects()) {
            if (project.id() == static_cast<std::uint64_t>(initial_project->value)) {
                *message.mutable_initial_project() = project;
            }
        }
    }
    return message;
}

void post_call_canceled(rpc::Outbox& outbox, UserId called, RoomId room) {
    proto::CallCanceled message;
    message.set_room_id(static_cast<std::uint64_t>(room.value));
    outbox.to_user(called, message);
}

}  // namespace collab::rooms
