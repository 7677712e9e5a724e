// SPDX-License-Identifier: Apache-2.0
#pragma once

// The leave procedure for any number of people of one room at once (spec 1, 4.4). leave.h is the
// common case of one; the evictor and the sweep are the others.

#include <vector>

#include "areas/rooms/parting_queries.h"
#include "rpc/call.h"

namespace collab::rooms {

enum class Manner {
    leave,  // they go, or are gone
    evict,  // they lost the right to be there: they are told about the projects, then disconnected
    // As leave, but the media server is not asked to remove them: they come back to the same call
    // at once and would be thrown out of that.
    quiet,
    // Their server died, and the media server has noticed by itself: guests learn of ended projects
    // from RoomUpdated only, and the room of a channel stays though it is empty (spec 1, 2.2).
    swept,
};

// Takes the leavers out of `room`. `called_off` are users whose calls the caller of this function
// has ended in the same room already: they are told with the others. Requires that every leaver
// answers there.
Status take_out(rpc::Call& call, RoomId room, const std::vector<Leaver>& leavers, Manner manner,
                const std::vector<UserId>& called_off = {});
// The same, for who must know whether the room is gone now.
Result<bool> take_out_ending(rpc::Call& call, RoomId room, const std::vector<Leaver>& leavers,
                             Manner manner, const std::vector<UserId>& called_off = {});

}  // namespace collab::rooms
