// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/presence_refresh.h"

#include <algorithm>
#include <utility>

#include "areas/channels/channel_messages.h"
#include "areas/channels/subscriptions.h"
#include "areas/contacts/presence.h"

namespace collab::projects {
namespace {

void post_people_of(rpc::Call& call, ChannelId id) {
    const auto itself = channels::send_channel(call.tx, id);
    const auto people = channels::send_participants(call.tx, id);
    call.outbox.later([&tx = call.tx, id, itself, people](rpc::Outbox& outbox) -> Status {
        COLLAB_TRY(const auto found, channels::receive_channels(tx, itself));
        COLLAB_TRY(const auto users, channels::receive_users(tx, people));
        for (const auto& channel : found) {
            channels::post_to_subscribers(outbox, channel.root(), channel.visibility,
                                          channels::make_participants_update(id, users));
        }
        return ok();
    });
}

}  // namespace

void PresenceRefresh::add(rpc::Live& live, UserId user, std::optional<ChannelId> channel) {
    users_.push_back(user);
    if (channel && std::find(channels_.begin(), channels_.end(), *channel) == channels_.end()) {
        channels_.push_back(*channel);
    }
    if (!reading_) read(live);
}

void PresenceRefresh::read(rpc::Live& live) {
    reading_ = true;
    live.reader.submit({nullptr,
                        [users = std::exchange(users_, {}),
                         channels = std::exchange(channels_, {})](rpc::Call& call) -> Status {
                            for (const auto channel : channels) post_people_of(call, channel);
                            contacts::post_presence(call, users);
                            return ok();
                        },
                        [this, &live](const Status& status, rpc::Outbox outbox) {
                            if (status.ok()) live.carry_out(outbox, [] {});
                            reading_ = false;
                            if (!users_.empty()) read(live);
                        }});
}

}  // namespace collab::projects
