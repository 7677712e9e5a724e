// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/tree_handlers.h"

#include <algorithm>

#include "areas/channels/channel_access.h"
#include "areas/channels/channel_messages.h"
#include "areas/channels/channel_watch.h"
#include "areas/channels/revocation.h"
#include "areas/channels/subscriptions.h"
#include "areas/notifications/notification_messages.h"
#include "areas/notifications/notification_queries.h"
#include "base/text.h"
#include "rpc/live.h"

namespace collab::channels {
namespace {

template <class Request>
ChannelId channel_of(const Request& request) {
    return {static_cast<std::int64_t>(request.channel_id())};
}

// In bytes. Everybody who subscribes to a tree is sent all of its names.
constexpr std::size_t kMaxName = 1024;

// Without white space around it and hash signs before it. Error invalid when nothing is left, or
// more than a name may be.
Result<std::string> clean_name(std::string_view name) {
    name = trim(name);
    while (name.starts_with('#')) name.remove_prefix(1);
    if (name.empty()) return Error{ErrorCode::invalid, "a channel's name may not be blank"};
    if (name.size() > kMaxName) {
        return Error{ErrorCode::invalid,
                     "a channel's name has at most " + std::to_string(kMaxName) + " bytes"};
    }
    if (name.find('\0') != std::string_view::npos) {
        return Error{ErrorCode::invalid, "a channel's name may not contain a NUL"};
    }
    return std::string(name);
}

Error name_taken(const std::string& name) {
    return {ErrorCode::conflict, "there is a channel '" + name + "' with the same parent already"};
}

// Tells every subscriber how those of the channels that he can see are now.
void post_channels(rpc::Outbox& outbox, ChannelId root, const std::vector<Channel>& channels) {
    std::vector<Channel> open;
    for (const auto& each : channels) {
        if (each.visibility == rpc::Visibility::everybody) open.push_back(each);
    }
    post_to_subscribers(outbox, root, rpc::Visibility::members, make_channels_update(channels));
    if (!open.empty()) post_to_outsiders(outbox, root, make_channels_update(open));
}

Result<Channel> create_root(rpc::Call& call, const std::string& name) {
    COLLAB_TRY(auto channel, insert_channel(call.tx, name, nullptr, 1));
    COLLAB_DO(insert_membership(call.tx, {channel.id, call.user(), rpc::Role::admin, true}));
    return channel;
}

Result<Channel> create_child(rpc::Call& call, const std::string& name, const Channel& parent) {
    COLLAB_TRY(const auto place, find_place(call.tx, parent, name, {}));
    const auto limit = call.settings.limits.channels_per_root;
    if (place.tree_size >= static_cast<std::int64_t>(limit)) {
        return Error{ErrorCode::too_many,
                     "a channel tree has at most " + std::to_string(limit) + " channels"};
    }
    if (place.name_taken) return name_taken(name);
    return insert_channel(call.tx, name, &parent, place.greatest_order + 1);
}

// The creator of a root is its first member, on all his connections.
void post_new_root(rpc::Call& call, const Channel& root) {
    call.outbox.effect([user = call.user(), id = root.id](rpc::Live& live) {
        if (live.hub.online(user)) {
            live.state<Subscriptions>().put(user, id, rpc::Role::admin);
        }
    });
    ChannelSet set;
    set.memberships.push_back({root.id, call.user(), rpc::Role::admin, true});
    call.outbox.to_user(call.user(), make_user_channels(set));
}

Status check_move(const Channel& channel, const Channel& target) {
    if (channel.root() != target.root()) {
        return Error{ErrorCode::wrong_move_target, "a channel stays below its root"};
    }
    const auto& above = target.parent_path;
    if (target.id == channel.id ||
        std::find(above.begin(), above.end(), channel.id) != above.end()) {
        return Error{ErrorCode::circular_nesting, "a channel cannot be moved into itself"};
    }
    if (channel.visibility == rpc::Visibility::everybody &&
        target.visibility != rpc::Visibility::everybody) {
        return Error{ErrorCode::bad_public_nesting,
                     "a public channel cannot be moved into a private one"};
    }
    return ok();
}

// `parents`: the one that there is, or none.
Status check_visibility(const std::vector<Channel>& parents, const std::vector<Channel>& below,
                        rpc::Visibility visibility) {
    if (visibility == rpc::Visibility::everybody) {
        if (parents.empty() || parents.front().visibility == rpc::Visibility::everybody) {
            return ok();
        }
        return Error{ErrorCode::bad_public_nesting,
                     "a channel in a private channel cannot be public",
                     {"direction=parent"}};
    }
    for (const auto& each : below) {
        if (each.visibility == rpc::Visibility::everybody) {
            return Error{ErrorCode::bad_public_nesting,
                         "a channel with a public channel in it cannot be private",
                         {"direction=children"}};
        }
    }
    return ok();
}

// Exchanges two neighbours. Orders that are equal say nothing, so then all siblings are numbered
// anew. Returns what changed.
std::vector<Channel> exchange(std::vector<Channel> siblings, std::size_t at, std::size_t with) {
    if (siblings[at].order != siblings[with].order) {
        std::swap(siblings[at].order, siblings[with].order);
        return {siblings[at], siblings[with]};
    }
    std::swap(siblings[at], siblings[with]);
    for (std::size_t i = 0; i < siblings.size(); ++i) siblings[i].order = static_cast<int>(i) + 1;
    return siblings;
}

// Who was invited has nothing to answer any more.
void withdraw_invitations(rpc::Call& call, const Channel& root,
                          const std::vector<UserId>& invitees) {
    proto::UpdateChannels update;
    update.add_remove_channel_invitations(static_cast<std::uint64_t>(root.id.value));
    for (const auto each : invitees) {
        call.outbox.to_user(each, update);
        notifications::delete_later(call.tx, call.outbox, each,
                                    notifications::Kind::channel_invitation, root.id.value);
    }
}

}  // namespace

Status subscribe_to_channels(rpc::Call& call, const proto::SubscribeToChannels&) {
    COLLAB_TRY(const auto set, load_channel_set(call.tx, call.user()));
    Subscriptions::Roles roles;
    for (const auto& each : set.memberships) roles[each.channel] = each.role;
    call.outbox.effect([user = call.user(), roles](rpc::Live& live) {
        if (live.hub.online(user)) live.state<Subscriptions>().replace(user, roles);
    });
    call.outbox.to_peer(call.peer(), make_user_channels(set));
    call.outbox.to_peer(call.peer(), make_channels(set));
    return ok();
}

Result<proto::CreateChannelResponse> create_channel(rpc::Call& call,
                                                    const proto::CreateChannel& request) {
    COLLAB_TRY(const auto name, clean_name(request.name()));
    std::optional<Channel> parent;
    if (request.has_parent_id()) {
        const ChannelId id{static_cast<std::int64_t>(request.parent_id())};
        COLLAB_TRY(parent, load_as_admin(call.tx, id, call.user()));
    }
    COLLAB_TRY(const auto channel,
               parent ? create_child(call, name, *parent) : create_root(call, name));

    call.outbox.reply();
    if (!parent) post_new_root(call, channel);
    post_to_subscribers(call.outbox, channel.root(), channel.visibility,
                        make_channels_update({channel}));
    proto::CreateChannelResponse response;
    *response.mutable_channel() = make_channel(channel);
    if (parent) response.set_parent_id(request.parent_id());
    return response;
}

Status delete_channel(rpc::Call& call, const proto::DeleteChannel& request) {
    const auto id = channel_of(request);
    const auto descendants = send_descendants(call.tx, id);
    const auto presences_ticket = send_presences(call.tx, id, {});
    const auto invitees_ticket = send_invitees(call.tx, id);
    COLLAB_TRY(const auto channel, load_as_admin(call.tx, id, call.user()));
    COLLAB_TRY(const auto below, receive_channels(call.tx, descendants));
    COLLAB_TRY(const auto presences, receive_presences(call.tx, presences_ticket));
    COLLAB_TRY(const auto invitees, receive_users(call.tx, invitees_ticket));
    proto::UpdateChannels update;
    std::vector<std::int64_t> ids;
    for (const auto& each : below) ids.push_back(each.id.value);
    ids.push_back(channel.id.value);
    for (const auto each : ids) update.add_delete_channels(static_cast<std::uint64_t>(each));

    call.outbox.reply();
    post_to_all_subscribers(call.outbox, channel.root(), update);
    call.outbox.effect([ids](rpc::Live& live) {
        for (const auto each : ids) live.state<ChannelWatch>().changed({each}, {});
    });
    if (channel.is_root()) {
        withdraw_invitations(call, channel, invitees);
        call.outbox.effect(
            [root = channel.id](rpc::Live& live) { live.state<Subscriptions>().drop(root); });
    }
    // Last of what is sent: it may close connections.
    COLLAB_DO(evict_everybody(call, presences));
    return delete_channels(call.tx, ids);
}

Result<proto::RenameChannelResponse> rename_channel(rpc::Call& call,
                                                    const proto::RenameChannel& request) {
    COLLAB_TRY(const auto name, clean_name(request.name()));
    COLLAB_TRY(auto channel, load_as_admin(call.tx, channel_of(request), call.user()));
    COLLAB_TRY(const bool taken, sibling_has_name(call.tx, channel, name));
    if (taken) return name_taken(name);
    COLLAB_DO(update_channel_name(call.tx, channel.id, name));
    channel.name = name;

    call.outbox.reply();
    post_to_subscribers(call.outbox, channel.root(), channel.visibility,
                        make_channels_update({channel}));
    proto::RenameChannelResponse response;
    *response.mutable_channel() = make_channel(channel);
    return response;
}

Status move_channel(rpc::Call& call, const proto::MoveChannel& request) {
    COLLAB_TRY(auto channel, load_as_admin(call.tx, channel_of(request), call.user()));
    COLLAB_TRY(const auto target,
               load_channel(call.tx, ChannelId{static_cast<std::int64_t>(request.to())}));
    COLLAB_DO(check_move(channel, target));
    COLLAB_TRY(const auto place, find_place(call.tx, target, channel.name, channel.id));
    if (place.name_taken) return name_taken(channel.name);
    COLLAB_TRY(auto moved, list_descendants(call.tx, channel));

    const auto old_depth = static_cast<std::ptrdiff_t>(channel.parent_path.size());
    const auto old_full_path = channel.full_path();
    auto parents = target.parent_path;
    parents.push_back(target.id);
    for (auto& each : moved) {
        std::vector<ChannelId> path = parents;
        path.insert(path.end(), each.parent_path.begin() + old_depth, each.parent_path.end());
        each.parent_path = std::move(path);
    }
    channel.parent_path = std::move(parents);
    channel.order = place.greatest_order + 1;
    COLLAB_DO(update_channel_path(call.tx, channel, old_full_path));

    moved.insert(moved.begin(), channel);
    post_channels(call.outbox, channel.root(), moved);
    return ok();
}

Status reorder_channel(rpc::Call& call, const proto::ReorderChannel& request) {
    if (!proto::ReorderChannel::Direction_IsValid(request.direction())) {
        return Error{ErrorCode::invalid, "a channel is moved up or down"};
    }
    COLLAB_TRY(const auto access, load_access(call.tx, channel_of(request), call.user()));
    const auto& channel = access.channel;
    if (channel.is_root()) return ok();
    COLLAB_DO(require_admin(access));
    COLLAB_TRY(const auto siblings, list_siblings(call.tx, channel));

    const auto found = std::find_if(siblings.begin(), siblings.end(),
                                    [&](const Channel& each) { return each.id == channel.id; });
    if (found == siblings.end()) return ok();  // deleted meanwhile
    const auto at = static_cast<std::size_t>(found - siblings.begin());
    const bool up = request.direction() == proto::ReorderChannel::Up;
    if (up ? at == 0 : at + 1 >= siblings.size()) return ok();
    const auto changed = exchange(siblings, at, up ? at - 1 : at + 1);
    for (const auto& each : changed) COLLAB_DO(set_order(call.tx, each.id, each.order));
    post_channels(call.outbox, channel.root(), changed);
    return ok();
}

Status set_channel_visibility(rpc::Call& call, const proto::SetChannelVisibility& request) {
    const auto visibility = rpc::visibility_from_wire(request.visibility());
    if (!visibility) return Error{ErrorCode::invalid, "unknown visibility"};
    const auto id = channel_of(request);
    const auto parent_ticket = send_parent(call.tx, id);
    const auto below_ticket = send_descendants(call.tx, id);
    ChannelSet shown;
    shown.channels.emplace_back().id = id;
    const auto details = send_details(call.tx, shown);
    const auto presences_ticket = send_presences(call.tx, id, {});
    COLLAB_TRY(auto channel, load_as_admin(call.tx, id, call.user()));
    COLLAB_TRY(const auto parents, receive_channels(call.tx, parent_ticket));
    COLLAB_TRY(const auto below, receive_channels(call.tx, below_ticket));
    COLLAB_DO(receive_details(call.tx, details, shown));
    COLLAB_TRY(const auto presences, receive_presences(call.tx, presences_ticket));
    COLLAB_DO(check_visibility(parents, below, *visibility));
    COLLAB_DO(set_visibility(call.tx, channel.id, *visibility));
    channel.visibility = *visibility;

    post_to_subscribers(call.outbox, channel.root(), rpc::Visibility::members,
                        make_channels_update({channel}));
    if (*visibility == rpc::Visibility::everybody) {
        // Who sees it for the first time learns who and what is in it.
        shown.channels = {channel};
        post_to_outsiders(call.outbox, channel.root(), make_channels(shown));
    }
    proto::UpdateChannels hidden;
    hidden.add_delete_channels(request.channel_id());
    post_to_excluded(call.outbox, channel.root(), *visibility, hidden);
    call.outbox.effect(
        [id, visibility](rpc::Live& live) { live.state<ChannelWatch>().changed(id, visibility); });
    call.outbox.reply();
    return evict_who_cannot_see(call, channel, presences);
}

}  // namespace collab::channels
