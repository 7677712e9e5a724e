// SPDX-License-Identifier: Apache-2.0
#pragma once

// How this area takes people out of what later areas own (calls, projects, notes, chat) when they
// lose rights in a channel (spec 2, 6.6, the last paragraphs). Implemented by those areas, found
// with call.services.get<channels::Evictor>().

#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "rpc/call.h"
#include "rpc/role.h"

namespace collab::channels {

class Evictor {
public:
    virtual ~Evictor() = default;

    // Takes the users out of this one channel's call (those it rings for included), the call's
    // projects, its notes and its chat: they may not see it any more, or it is being deleted (its
    // row still exists). Does nothing for who has no place there. May close their connections once
    // what was posted before is sent.
    virtual Status evict(rpc::Call& call, ChannelId channel,
                         const std::vector<UserId>& users) const = 0;

    // The user's role in the channel became `role`, which is weaker than before: in the channel's
    // call he keeps the weaker of that and what he has there.
    virtual Status weaken(rpc::Call& call, ChannelId channel, UserId user,
                          rpc::Role role) const = 0;
};

}  // namespace collab::channels
