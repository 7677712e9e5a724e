// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who is told about changes of a channel tree: every connection of a user who has a role in its
// root and is online (spec 2, 6.1). Visibility filters what is sent, and never unsubscribes.

#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "proto/channels.pb.h"
#include "rpc/outbox.h"
#include "rpc/role.h"

namespace collab::channels {

// live.state<Subscriptions>(). Thread: loop.
class Subscriptions {
public:
    using Roles = std::unordered_map<ChannelId, rpc::Role>;  // by root

    // All roles of the user, as they are now.
    void replace(UserId user, Roles roles);
    // One role of the user.
    void put(UserId user, ChannelId root, rpc::Role role);
    void remove(UserId user, ChannelId root);
    // The user's last connection is gone.
    void drop(UserId user);
    // The root is deleted.
    void drop(ChannelId root);

    // Null when nobody has a role there. Valid until the next change.
    const std::unordered_map<UserId, rpc::Role>* users_of(ChannelId root) const;
    // f(root, user, role) for each, in any order.
    template <class F>
    void for_each(F&& f) const {
        for (const auto& [root, users] : by_root_) {
            for (const auto& [user, role] : users) f(root, user, role);
        }
    }
    std::size_t user_count() const { return by_user_.size(); }

private:
    std::unordered_map<UserId, Roles> by_user_;
    std::unordered_map<ChannelId, std::unordered_map<UserId, rpc::Role>> by_root_;
};

// Sends the update to all connections of subscribers whose role can see a channel of that
// visibility, but not to `except_peers`.
void post_to_subscribers(rpc::Outbox& outbox, ChannelId root, rpc::Visibility needed,
                         const proto::UpdateChannels& update,
                         std::vector<PeerId> except_peers = {});
// …to those whose role cannot see a channel of that visibility.
void post_to_excluded(rpc::Outbox& outbox, ChannelId root, rpc::Visibility needed,
                      const proto::UpdateChannels& update);
// …to all of them, whatever their role.
void post_to_all_subscribers(rpc::Outbox& outbox, ChannelId root,
                             const proto::UpdateChannels& update);
// …to those who can see public channels of the tree, but not the others.
void post_to_outsiders(rpc::Outbox& outbox, ChannelId root, const proto::UpdateChannels& update);

}  // namespace collab::channels
