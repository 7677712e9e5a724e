// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows of who follows whom in which project.

#include "base/ids.h"
#include "base/result.h"
#include "db/tx.h"

namespace collab::following {

struct Follow {
    RoomId room;
    ProjectId project;
    PeerId leader;
    PeerId follower;
};

// Whether the two answer in the room, on two connections.
Result<bool> are_in_room(db::Tx& tx, RoomId room, PeerId one, PeerId other);

// False, and nothing happens, when it is stored already, or when the two or the project have left
// the room.
Result<bool> insert_follow(db::Tx& tx, const Follow& follow);
Status delete_follow(db::Tx& tx, const Follow& follow);

}  // namespace collab::following
