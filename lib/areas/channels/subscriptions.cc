// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/subscriptions.h"

#include <algorithm>
#include <functional>

#include "rpc/live.h"

namespace collab::channels {
namespace {

using Filter = std::function<bool(rpc::Role)>;

void post(rpc::Outbox& outbox, ChannelId root, const proto::UpdateChannels& update, Filter filter,
          std::vector<PeerId> except_peers) {
    const auto tag = wire::tag_of<proto::UpdateChannels>();
    outbox.effect([root, tag, body = wire::encode(tag, update), filter = std::move(filter),
                   except = std::move(except_peers)](rpc::Live& live) {
        const auto* users = live.state<Subscriptions>().users_of(root);
        if (!users) return;
        for (const auto& [user, role] : *users) {
            if (!filter(role)) continue;
            for (const auto peer : live.hub.peers_of(user)) {
                if (std::find(except.begin(), except.end(), peer) != except.end()) continue;
                live.hub.send(peer, tag, body);
            }
        }
    });
}

}  // namespace

void Subscriptions::replace(UserId user, Roles roles) {
    drop(user);
    for (const auto& [root, role] : roles) put(user, root, role);
}

void Subscriptions::put(UserId user, ChannelId root, rpc::Role role) {
    by_user_[user][root] = role;
    by_root_[root][user] = role;
}

void Subscriptions::remove(UserId user, ChannelId root) {
    if (const auto found = by_user_.find(user); found != by_user_.end()) {
        found->second.erase(root);
        if (found->second.empty()) by_user_.erase(found);
    }
    if (const auto found = by_root_.find(root); found != by_root_.end()) {
        found->second.erase(user);
        if (found->second.empty()) by_root_.erase(found);
    }
}

void Subscriptions::drop(UserId user) {
    const auto found = by_user_.find(user);
    if (found == by_user_.end()) return;
    const Roles roles = found->second;
    for (const auto& [root, role] : roles) remove(user, root);
}

void Subscriptions::drop(ChannelId root) {
    const auto found = by_root_.find(root);
    if (found == by_root_.end()) return;
    const auto users = found->second;
    for (const auto& [user, role] : users) remove(user, root);
}

const std::unordered_map<UserId, rpc::Role>* Subscriptions::users_of(ChannelId root) const {
    const auto found = by_root_.find(root);
    return found == by_root_.end() ? nullptr : &found->second;
}

void post_to_subscribers(rpc::Outbox& outbox, ChannelId root, rpc::Visibility needed,
                         const proto::UpdateChannels& update, std::vector<PeerId> except_peers) {
    post(
        outbox, root, update, [needed](rpc::Role role) { return rpc::may_see(role, needed); },
        std::move(except_peers));
}

void post_to_excluded(rpc::Outbox& outbox, ChannelId root, rpc::Visibility needed,
                      const proto::UpdateChannels& update) {
    post(outbox, root, update, [needed](rpc::Role role) { return !rpc::may_see(role, needed); },
         {});
}

void post_to_all_subscribers(rpc::Outbox& outbox, ChannelId root,
                             const proto::UpdateChannels& update) {
    post(outbox, root, update, [](rpc::Role) { return true; }, {});
}

void post_to_outsiders(rpc::Outbox& outbox, ChannelId root, const proto::UpdateChannels& update) {
    post(outbox, root, update,
         [](rpc::Role role) {
             return rpc::may_see(role, rpc::Visibility::everybody) &&
                    !rpc::may_see(role, rpc::Visibility::members);
         },
         {});
}

}  // namespace collab::channels
