// SPDX-License-Identifier: Apache-2.0
#pragma once

// For areas that keep something about a channel on the loop for a while: what happened to it since.

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "rpc/role.h"

namespace collab::channels {

// live.state<ChannelWatch>(). Thread: loop.
class ChannelWatch {
public:
    // The visibility that a channel has now; nothing when it is deleted.
    using Observer = std::function<void(ChannelId, std::optional<rpc::Visibility>)>;

    // Called at every change from now on, in commit order. What it uses must live as long as Live.
    void observe(Observer observer) { observers_.push_back(std::move(observer)); }

    void changed(ChannelId channel, std::optional<rpc::Visibility> visibility) const {
        for (const auto& each : observers_) each(channel, visibility);
    }

private:
    std::vector<Observer> observers_;
};

}  // namespace collab::channels
