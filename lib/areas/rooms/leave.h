// SPDX-License-Identifier: Apache-2.0
#pragma once

// The leave procedure (spec 1, 4.4), used by LeaveRoom, by joining elsewhere, by lost connections
// and by channels that take rights away.

#include "base/ids.h"
#include "base/result.h"
#include "rpc/call.h"

namespace collab::rooms {

// Takes the connection `leaving` out of the room that it answers in: its row, its calls that still
// ring, its projects, its places in other projects, its follows. An empty room goes too. Posts what
// the others must hear: UnshareProject or RemoveProjectCollaborator, RoomUpdated, participants of
// the channel, CallCanceled, presence; asks the media server to remove it, and does not wait.
// Nothing happens when that connection is in no room. call.caller need not be the one who leaves.
Status leave_room(rpc::Call& call, PeerId leaving);

}  // namespace collab::rooms
