// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/membership_updates.h"

#include <memory>

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

void post_tree(rpc::Outbox& outbox, UserId user, ChannelId root, const ChannelSet& set) {
    proto::UpdateUserChannels memberships;
    *memberships.mutable_channel_memberships() =
        std::move(*make_user_channels(set).mutable_channel_memberships());
    auto update = make_channels(set);
    for (const auto& id : set.hidden) {
        update.add_delete_channels(static_cast<std::uint64_t>(id.value));
    }
    // The invitation that people see is the root's, whichever channel of the tree was joined.
    update.add_remove_channel_invitations(static_cast<std::uint64_t>(root.value));

    post_subscription(outbox, user, root, set);
    outbox.to_user(user, memberships);
    outbox.to_user(user, update);
}

}  // namespace

void post_channel_participants(rpc::Call& call, const Channel& channel) {
    const auto ticket = send_participants(call.tx, channel.id);
    call.outbox.later([&tx = call.tx, ticket, id = channel.id, root = channel.root(),
                       visibility = channel.visibility](rpc::Outbox& outbox) -> Status {
        COLLAB_TRY(const auto users, receive_users(tx, ticket));
        post_to_subscribers(outbox, root, visibility, make_participants_update(id, users));
        return ok();
    });
}

void post_channel_participants(rpc::Call& call, ChannelId id) {
    const auto itself = send_channel(call.tx, id);
    const auto people = send_participants(call.tx, id);
    call.outbox.later([&tx = call.tx, id, itself, people](rpc::Outbox& outbox) -> Status {
        COLLAB_TRY(const auto found, receive_channels(tx, itself));
        COLLAB_TRY(const auto users, receive_users(tx, people));
        for (const auto& channel : found) {
            post_to_subscribers(outbox, channel.root(), channel.visibility,
                                make_participants_update(id, users));
        }
        return ok();
    });
}

void post_membership_updated(rpc::Call& call, const Channel& channel, UserId user) {
    const auto tree = send_tree(call.tx, user, channel);
    call.outbox.later(
        [&tx = call.tx, tree, user, root = channel.root()](rpc::Outbox& outbox) -> Status {
            auto set = std::make_shared<ChannelSet>();
            COLLAB_DO(receive_tree(tx, tree, *set));
            const auto details = send_details(tx, *set);
            outbox.later([&tx, set, details, user, root](rpc::Outbox& filled) -> Status {
                COLLAB_DO(receive_details(tx, details, *set));
                post_tree(filled, user, root, *set);
                return ok();
            });
            return ok();
        });
}

}  // namespace collab::channels
