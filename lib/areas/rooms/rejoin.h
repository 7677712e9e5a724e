// SPDX-License-Identifier: Apache-2.0
#pragma once

// The room's part of RejoinRoom (spec 1, 4.9 step 1). The projects' part lives in area projects,
// which owns the request.

#include <optional>

#include "base/ids.h"
#include "base/result.h"
#include "rpc/call.h"
#include "rpc/role.h"

namespace collab::rooms {

struct RejoinedParticipant {
    PeerId old_peer;                   // where he answered so far; may be call.peer() itself
    std::optional<ChannelId> channel;  // of the room
    rpc::Role role;
};

// Moves the caller's answered place in `room`, wherever it answered, to the caller's connection.
// Posts nothing: the caller loads and announces the room, the channel's participants and presence
// after it moved the projects too. Started and fetched apart so that it can travel with more.
struct RejoinTickets {
    db::Ticket before;
    db::Ticket moved;
};
RejoinTickets send_rejoin(rpc::Call& call, RoomId room);
// Error not_found when he had no place.
Result<RejoinedParticipant> receive_rejoin(db::Tx& tx, const RejoinTickets& tickets);

}  // namespace collab::rooms
