// SPDX-License-Identifier: Apache-2.0
#pragma once

// What happens to rooms when connections come, go and get lost, and when a server dies. Called by
// the server's own clean-up and by login; no message of a client leads here.

#include <unordered_set>
#include <vector>

#include "areas/rooms/participant_queries.h"
#include "areas/rooms/room_snapshot.h"
#include "rpc/call.h"

namespace collab::rooms {

// The connection is gone; it may come back for a while (spec 1, 2.7 step 2). Posts nothing.
Status mark_connection_lost(rpc::Call& call, PeerId lost);

// The connection did not come back: leave_room(), and if its user rejoined over another one, the
// end of the places in projects and of the follows that he did not take along.
Status leave_lost_connection(rpc::Call& call, PeerId lost);

// The user has no connection to this server `own` any more: a call that it rang for him ends, in
// silence but for the RoomUpdated (spec 1, 2.7 step 6). Calls that another server has rung for go
// on: he may be there. The caller has made sure that he is offline here.
Status decline_when_offline(rpc::Call& call, UserId user, ServerId own);

// Tells a connection of the call that rings for its user (spec 1, 2.4 row 6). One round trip.
Status post_incoming_call(rpc::Call& call, PeerId peer, const RingingCall& ringing);

// Removes all participants that answer on `stale` servers, the calls that they placed, the calls
// that those servers rang for anybody who is not among `online`, and rooms of no channel that are
// empty then (spec 1, 2.2 step 4); posts what the others must hear.
Status sweep(rpc::Call& call, const std::vector<ServerId>& stale,
             const std::unordered_set<UserId>& online);

}  // namespace collab::rooms
