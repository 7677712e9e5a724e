// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/leave.h"

#include "areas/rooms/participant_queries.h"
#include "areas/rooms/parting.h"

namespace collab::rooms {

Status leave_room(rpc::Call& call, PeerId leaving) {
    COLLAB_TRY(const auto place, find_place(call.tx, leaving));
    if (!place) return ok();
    return take_out(call, place->room, {{place->user, leaving}}, Manner::leave);
}

}  // namespace collab::rooms
