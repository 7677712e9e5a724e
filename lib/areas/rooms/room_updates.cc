// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/room_updates.h"

#include <utility>

#include "rpc/live.h"

namespace collab::rooms {

namespace {

void post_room(rpc::Outbox& outbox, RoomId room, const std::optional<RoomSnapshot>& snapshot) {
    if (!snapshot) return post_room_gone(outbox, room);
    post_room_index(outbox, *snapshot);
    post_room_message(outbox, *snapshot);
}

}  // namespace

void post_room_updated(rpc::Call& call, RoomId room) {
    post_room_updated(call.tx, call.outbox, room);
}

void post_room_updated(db::Tx& tx, rpc::Outbox& outbox, RoomId room) {
    const auto tickets = send_room(tx, room);
    outbox.later([&tx, room, tickets](rpc::Outbox& filled) -> Status {
        COLLAB_TRY(const auto snapshot, receive_snapshot(tx, room, tickets));
        post_room(filled, room, snapshot);
        return ok();
    });
}

Result<std::optional<RoomSnapshot>> load_room_updated(rpc::Call& call, RoomId room) {
    COLLAB_TRY(auto snapshot, load_room(call.tx, room));
    post_room(call.outbox, room, snapshot);
    return snapshot;
}

void post_room_index(rpc::Outbox& outbox, const RoomSnapshot& room) {
    outbox.effect([state = room.state](rpc::Live& live) { live.index.put_room(state); });
}

void post_room_message(rpc::Outbox& outbox, const RoomSnapshot& room) {
    proto::RoomUpdated message;
    *message.mutable_room() = room.message;
    outbox.to_room(room.state.id, message);
}

proto::RemoveProjectCollaborator make_removed_collaborator(ProjectId project, PeerId peer) {
    proto::RemoveProjectCollaborator message;
    message.set_project_id(static_cast<std::uint64_t>(project.value));
    message.mutable_peer_id()->set_owner_id(peer.server);
    message.mutable_peer_id()->set_id(peer.connection);
    return message;
}

proto::UnshareProject make_unshare(ProjectId project) {
    proto::UnshareProject message;
    message.set_project_id(static_cast<std::uint64_t>(project.value));
    return message;
}

void post_room_gone(rpc::Outbox& outbox, RoomId room) {
    outbox.effect([room](rpc::Live& live) { live.index.remove_room(room); });
}

}  // namespace collab::rooms
