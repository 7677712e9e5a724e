// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tells those who may see a channel, but do not have its notes open, that something was written
// there: at once, and then at most once a second per channel (decisions 13).

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "rpc/live.h"
#include "rpc/role.h"

namespace collab::notes {

// live.state<UnseenNotes>(). Thread: loop.
class UnseenNotes {
public:
    struct News {
        ChannelId channel;
        ChannelId root;
        rpc::Visibility visibility = rpc::Visibility::members;
        std::int64_t epoch = 0;
        std::map<std::uint16_t, std::uint32_t> version;  // timestamp by replica, never empty
        std::vector<PeerId> collaborators;               // need not be told
    };

    // `live` must outlive its executor's timers, and own this.
    void tell(rpc::Live& live, News news);

private:
    void watch(rpc::Live& live);
    void pause(rpc::Live& live, ChannelId channel);

    // A channel is in it for a second after something was sent, with what came since.
    std::unordered_map<ChannelId, std::optional<News>> pausing_;
    bool watching_ = false;
};

}  // namespace collab::notes
