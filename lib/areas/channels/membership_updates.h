// SPDX-License-Identifier: Apache-2.0
#pragma once

// What people are told when a membership or the people in a channel's call change (spec 2, 6.5 and
// 6.9).

#include "areas/channels/channel_queries.h"
#include "rpc/call.h"

namespace collab::channels {

// Tells the subscribers who can see the channel who is in its call now (6.9; answered only): asks
// at once and posts later.
void post_channel_participants(rpc::Call& call, const Channel& channel);
// The same, for who has not loaded the channel; nothing when there is none.
void post_channel_participants(rpc::Call& call, ChannelId channel);

// The user's membership of the channel's root changed: subscribes him accordingly and tells all his
// connections what he sees of that tree now, and that of the channel and what is below it he does
// not see the rest (6.5). An invitation to the root vanishes. Asks for the tree at once and for
// what is in it later.
void post_membership_updated(rpc::Call& call, const Channel& channel, UserId user);

}  // namespace collab::channels
