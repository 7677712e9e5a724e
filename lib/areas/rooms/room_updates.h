// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a change of a room reaches the loop's index and the people in it. Every request that changed
// rows of a room, its projects, collaborators or followers ends with one of these.

#include <optional>

#include "areas/rooms/room_snapshot.h"
#include "proto/projects.pb.h"
#include "rpc/call.h"

namespace collab::rooms {

// Asks for the room at once and posts later, in this order: its new state for the index (its
// removal when the room is gone), and RoomUpdated to all who answer in it.
void post_room_updated(rpc::Call& call, RoomId room);
void post_room_updated(db::Tx& tx, rpc::Outbox& outbox, RoomId room);
// The same for who needs to know what was loaded; nothing when the room is gone. One round trip.
Result<std::optional<RoomSnapshot>> load_room_updated(rpc::Call& call, RoomId room);

// The two halves of the above, for answers that belong between them.
void post_room_index(rpc::Outbox& outbox, const RoomSnapshot& room);
void post_room_message(rpc::Outbox& outbox, const RoomSnapshot& room);

// Tells the others in a project that this connection is not in it any more.
proto::RemoveProjectCollaborator make_removed_collaborator(ProjectId project, PeerId peer);

// Ends a project at a guest, and the sharing at a host.
proto::UnshareProject make_unshare(ProjectId project);

// The index forgets the room.
void post_room_gone(rpc::Outbox& outbox, RoomId room);

}  // namespace collab::rooms
