// SPDX-License-Identifier: Apache-2.0
#pragma once

// What happens to the notes that somebody has open when a connection, a right or a server goes
// (spec 2, 8.4 to 8.6; spec 1, 2.2). All run on the writer; each channel's remaining collaborators
// are told.

#include <vector>

#include "rpc/call.h"

namespace collab::notes {

// The connection broke: its collaborator rows stay, flagged, until it rejoins or leave_all().
Status mark_connection_lost(rpc::Call& call, PeerId peer);

// Leaves all notes of a connection that did not come back, each as LeaveChannelBuffer does.
Status leave_all(rpc::Call& call, PeerId peer);

// Takes these users out of the channel's notes: they may not see them any more, or the channel is
// about to be deleted. Silently nothing for those who are not in them.
// Started and finished apart, so that more can travel with it.
db::Ticket send_eviction(rpc::Call& call, ChannelId channel, const std::vector<UserId>& users);
Status finish_eviction(rpc::Call& call, ChannelId channel, db::Ticket ticket);

// Removes the collaborators of dead servers. Takes no snapshot: the epoch goes on with the next
// who joins.
Status sweep(rpc::Call& call, const std::vector<ServerId>& stale);

}  // namespace collab::notes
