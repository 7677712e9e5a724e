// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who has come back, for those who watch: a user's contacts hear that they are in a call, and those
// who see the channel of the call who is in it. Loop-owned state, live.state<PresenceRefresh>().

#include <functional>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "rpc/live.h"

namespace collab::projects {

class PresenceRefresh {
public:
    // Tells them soon, as the rows are then. Takes a reader, for nothing waits for it and 5,000 may
    // come back at once: those who come while it reads about others are read about together. Calls
    // `told` then, or when they could not be told.
    void add(rpc::Live& live, UserId user, std::optional<ChannelId> channel,
             std::function<void()> told);

private:
    void read(rpc::Live& live);

    std::vector<UserId> users_;
    std::vector<ChannelId> channels_;
    std::vector<std::function<void()>> told_;
    bool reading_ = false;
};

}  // namespace collab::projects
