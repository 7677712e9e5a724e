// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/presence_refresh.h"

#include <algorithm>
#include <utility>

#include "areas/channels/membership_updates.h"
#include "areas/contacts/presence.h"
#include "base/log.h"

namespace collab::projects {

void PresenceRefresh::add(rpc::Live& live, UserId user, std::optional<ChannelId> channel,
                          std::function<void()> told) {
    users_.push_back(user);
    told_.push_back(std::move(told));
    if (channel && std::find(channels_.begin(), channels_.end(), *channel) == channels_.end()) {
        channels_.push_back(*channel);
    }
    if (!reading_) read(live);
}

void PresenceRefresh::read(rpc::Live& live) {
    reading_ = true;
    live.reader.submit(
        {nullptr,
         [users = std::exchange(users_, {}),
          channels = std::exchange(channels_, {})](rpc::Call& call) -> Status {
             for (const auto channel : channels) {
                 channels::post_channel_participants(call, channel);
             }
             contacts::post_presence(call, users);
             return ok();
         },
         [this, &live, told = std::exchange(told_, {})](const Status& status, rpc::Outbox outbox) {
             if (status.ok()) {
                 live.carry_out(outbox, [] {});
             } else {
                 log(LogLevel::error, "who is in a call again: " + status.error().message);
             }
             for (const auto& each : told) each();
             reading_ = false;
             if (!users_.empty()) read(live);
         }});
}

}  // namespace collab::projects
