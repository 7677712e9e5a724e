// SPDX-License-Identifier: Apache-2.0
#pragma once

// What people are told when a membership or the people in a channel's call change (spec 2, 6.5 and
// 6.9).

#include "areas/channels/channel_queries.h"
#include "rpc/call.h"

namespace collab::channels {

// Tells the subscribers who can see the channel who is in its call now (6.9; answered only). Reads
// the rows as this transaction leaves them.
Status post_channel_participants(rpc::Call& call, const Channel& channel);

// The user's membership of the channel's root changed: subscribes him accordingly and tells all his
// connections what he sees of that tree now, and that of the channel and what is below it he does
// not see the rest (6.5). An invitation to the root vanishes.
Status post_membership_updated(rpc::Call& call, const Channel& channel, UserId user);

}  // namespace collab::channels
