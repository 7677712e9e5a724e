// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the area channels makes happen in calls when it takes rights away (spec 2, 6.6, last
// paragraphs). Notes and chat do the same for themselves; lib/server puts them together.

#include "areas/channels/evictor.h"

namespace collab::rooms {

class ChannelEvictor final : public channels::Evictor {
public:
    // Who answers in the channel's call leaves it, hears UnshareProject for each project that he
    // was a guest in, and is disconnected after what was posted; calls that ring for the others
    // end.
    Status evict(rpc::Call& call, ChannelId channel,
                 const std::vector<UserId>& users) const override;
    // The same for those whom send_seats() asked for.
    Status evict(rpc::Call& call, db::Ticket seats) const;
    // A role in the call that is not stronger than `role` stays.
    Status weaken(rpc::Call& call, ChannelId channel, UserId user, rpc::Role role) const override;
};

}  // namespace collab::rooms
