// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who has come back, for those who watch: a user's contacts hear that they are in a call, and those
// who see the channel of the call who is in it. Loop-owned state, live.state<PresenceRefresh>().

#include <optional>
#include <vector>

#include "base/ids.h"
#include "rpc/live.h"

namespace collab::projects {

class PresenceRefresh {
public:
    // Tells them soon, as the rows are then. Takes a reader, for nothing waits for it and 5,000 may
    // come back at once: those who come while it reads about others are read about together.
    void add(rpc::Live& live, UserId user, std::optional<ChannelId> channel);

private:
    void read(rpc::Live& live);

    std::vector<UserId> users_;
    std::vector<ChannelId> channels_;
    bool reading_ = false;
};

}  // namespace collab::projects
