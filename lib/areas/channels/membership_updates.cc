// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/membership_updates.h"

#include "areas/channels/channel_messages.h"
#include "areas/channels/subscriptions.h"
#include "rpc/live.h"

namespace collab::channels {
namespace {

// Makes the subscription to one root equal to the membership that the user has now, if any.
void post_subscription(rpc::Outbox& outbox, UserId user, ChannelId root, const ChannelSet& set) {
    std::optional<rpc::Role> role;
    if (!set.memberships.empty()) role = set.memberships.front().role;
    outbox.effect([user, root, role](rpc::Live& live) {
        auto& subscriptions = live.state<Subscriptions>();
        if (!role) return subscriptions.remove(user, root);
        if (live.hub.online(user)) subscriptions.put(user, root, *role);
    });
}

}  // namespace

Status post_channel_participants(rpc::Call& call, const Channel& channel) {
    COLLAB_TRY(const auto users, list_participants(call.tx, channel.id));
    post_to_subscribers(call.outbox, channel.root(), channel.visibility,
                        make_participants_update(channel.id, users));
    return ok();
}

Status post_membership_updated(rpc::Call& call, const Channel& channel, UserId user) {
    const auto root = channel.root();
    COLLAB_TRY(const auto set, load_channel_set(call.tx, user, channel));

    proto::UpdateUserChannels memberships;
    *memberships.mutable_channel_memberships() =
        std::move(*make_user_channels(set).mutable_channel_memberships());
    auto update = make_channels(set);
    for (const auto& id : set.hidden) {
        update.add_delete_channels(static_cast<std::uint64_t>(id.value));
    }
    // The invitation that people see is the root's, whichever channel of the tree was joined.
    update.add_remove_channel_invitations(static_cast<std::uint64_t>(root.value));

    post_subscription(call.outbox, user, root, set);
    call.outbox.to_user(user, memberships);
    call.outbox.to_user(user, update);
    return ok();
}

}  // namespace collab::channels
