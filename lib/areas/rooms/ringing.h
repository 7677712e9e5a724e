// SPDX-License-Identifier: Apache-2.0
#pragma once

// The messages about a call that rings, as several parts of this area send them.

#include <optional>

#include "areas/rooms/room_snapshot.h"
#include "proto/rooms.pb.h"
#include "rpc/call.h"

namespace collab::rooms {

// What a called user is shown: who calls, who is there already, which project it is about (if
// somebody in the room shares it).
proto::IncomingCall make_incoming_call(const RoomSnapshot& room, UserId caller,
                                       std::optional<ProjectId> initial_project);

// The call no longer rings on any connection of the user.
void post_call_canceled(rpc::Outbox& outbox, UserId called, RoomId room);

}  // namespace collab::rooms
