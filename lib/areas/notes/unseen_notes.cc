// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/unseen_notes.h"

#include <algorithm>
#include <utility>

#include "areas/channels/channel_watch.h"
#include "areas/channels/subscriptions.h"

namespace collab::notes {
namespace {

constexpr Duration kPause = std::chrono::seconds(1);

void send(rpc::Live& live, const UnseenNotes::News& news) {
    proto::UpdateChannels update;
    auto* latest = update.add_latest_channel_buffer_versions();
    latest->set_channel_id(static_cast<std::uint64_t>(news.channel.value));
    latest->set_epoch(static_cast<std::uint64_t>(news.epoch));
    for (const auto& [replica, timestamp] : news.version) {
        auto* entry = latest->add_version();
        entry->set_replica_id(replica);
        entry->set_timestamp(timestamp);
    }
    rpc::Outbox outbox;
    channels::post_to_subscribers(outbox, news.root, news.visibility, update, news.collaborators);
    live.carry_out(outbox, [] {});
}

}  // namespace

void UnseenNotes::tell(rpc::Live& live, News news) {
    if (!std::exchange(watching_, true)) watch(live);
    const auto found = pausing_.find(news.channel);
    if (found == pausing_.end()) {
        send(live, news);
        pausing_.emplace(news.channel, std::nullopt);
        return pause(live, news.channel);
    }
    auto& waiting = found->second;
    if (waiting && waiting->epoch == news.epoch) {
        for (const auto& [replica, timestamp] : waiting->version) {
            auto& known = news.version[replica];
            known = std::max(known, timestamp);
        }
    }
    waiting = std::move(news);
}

// What waits goes to those who may see the channel when it is sent.
void UnseenNotes::watch(rpc::Live& live) {
    live.state<channels::ChannelWatch>().observe(
        [this](ChannelId channel, std::optional<rpc::Visibility> visibility) {
            const auto found = pausing_.find(channel);
            if (found == pausing_.end() || !found->second) return;
            if (visibility) {
                found->second->visibility = *visibility;
            } else {
                found->second.reset();
            }
        });
}

void UnseenNotes::pause(rpc::Live& live, ChannelId channel) {
    live.executor.after(kPause, [this, &live, channel] {
        const auto news = std::exchange(pausing_[channel], std::nullopt);
        if (!news) {
            pausing_.erase(channel);
            return;
        }
        send(live, *news);
        pause(live, channel);
    });
}

}  // namespace collab::notes
