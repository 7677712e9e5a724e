// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/room_updates.h"

#include <utility>

#include "rpc/live.h"

namespace collab::rooms {

Result<std::optional<RoomSnapshot>> post_room_updated(rpc::Call& call, RoomId room) {
    COLLAB_TRY(auto snapshot, load_room(call.tx, room));
    if (!snapshot) {
        post_room_gone(call.outbox, room);
        return snapshot;
    }
    post_room_index(call.outbox, *snapshot);
    post_room_message(call.outbox, *snapshot);
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

void post_room_gone(rpc::Outbox& outbox, RoomId room) {
    outbox.effect([room](rpc::Live& live) { live.index.remove_room(room); });
}

}  // namespace collab::rooms
