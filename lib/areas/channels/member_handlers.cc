// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/member_handlers.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "areas/channels/channel_access.h"
#include "areas/channels/channel_messages.h"
#include "areas/channels/membership_updates.h"
#include "areas/channels/revocation.h"
#include "areas/notifications/notification_messages.h"
#include "areas/notifications/notification_queries.h"
#include "areas/users/user_messages.h"
#include "base/text.h"

namespace collab::channels {
namespace {

using notifications::Kind;

constexpr std::int64_t kMostMembers = 65535;  // what a limit of 0 means (spec 2, 0.5)

template <class Request>
ChannelId channel_of(const Request& request) {
    return {static_cast<std::int64_t>(request.channel_id())};
}

template <class Request>
UserId user_of(const Request& request) {
    return {static_cast<std::int64_t>(request.user_id())};
}

Error no_such_member() {
    return {ErrorCode::not_found, "there is no such member"};
}

Result<rpc::Role> requested_role(int number) {
    const auto role = rpc::role_from_wire(number);
    if (!role) return Error{ErrorCode::invalid, "unknown role"};
    return *role;
}

std::string invitation_content(const Channel& channel, UserId inviter) {
    const nlohmann::json content = {{"channel_name", channel.name}, {"inviter_id", inviter.value}};
    return content.dump();
}

void post_invitation(rpc::Outbox& outbox, const Channel& channel, UserId invitee) {
    proto::UpdateChannels update;
    *update.add_channel_invitations() = make_channel(channel);
    outbox.to_user(invitee, update);
}

// A channel in which a member is about to change.
struct Change {
    Access access;                     // of the caller
    std::optional<Membership> member;  // or invitation; nothing at a channel that is no root
    std::vector<Presence> presences;   // of the member in the tree
};

Result<Change> load_change(rpc::Call& call, ChannelId id, UserId user) {
    const auto member = send_membership(call.tx, id, user);
    const auto presences = send_presences(call.tx, id, user);
    COLLAB_TRY(auto access, load_access(call.tx, id, call.user()));
    Change change{std::move(access), {}, {}};
    COLLAB_TRY(const auto found, receive_membership(call.tx, member));
    if (change.access.channel.is_root()) change.member = found;
    COLLAB_TRY(change.presences, receive_presences(call.tx, presences));
    return change;
}

// A wildcard before every letter and digit and one at the end; the other characters of ASCII say
// nothing, all beyond it count as letters. So "jd" finds "john-doe".
std::string login_pattern(const std::string& query) {
    std::string pattern;
    for (std::size_t i = 0; i < query.size(); ++i) {
        const char c = query[i];
        const bool ascii = static_cast<unsigned char>(c) < 0x80;
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (ascii && !plain) continue;
        if (is_char_boundary(query, i)) pattern += '%';
        pattern += c;
    }
    return pattern + '%';
}

proto::ChannelMember make_member(const Membership& membership) {
    proto::ChannelMember member;
    member.set_user_id(static_cast<std::uint64_t>(membership.user.value));
    member.set_kind(membership.accepted ? proto::ChannelMember::Member
                                        : proto::ChannelMember::Invitee);
    member.set_role(static_cast<proto::ChannelRole>(rpc::to_wire(membership.role)));
    return member;
}

}  // namespace

Status invite_channel_member(rpc::Call& call, const proto::InviteChannelMember& request) {
    COLLAB_TRY(const auto role, requested_role(request.role()));
    COLLAB_TRY(const auto channel, load_as_admin(call.tx, channel_of(request), call.user()));
    if (!channel.is_root()) {
        return Error{ErrorCode::not_a_root_channel, "people are invited to root channels only"};
    }
    const auto user = user_of(request);
    COLLAB_TRY(const auto invitee, find_invitee(call.tx, channel.id, user));
    if (!invitee) return Error{ErrorCode::not_found, "there is no such user"};
    if (invitee->invited_or_member) {
        return Error{ErrorCode::conflict, "the user is a member or invited already"};
    }
    COLLAB_DO(insert_membership(call.tx, {channel.id, user, role, false}));
    COLLAB_TRY(const auto notification,
               notifications::create_notification(call.tx, call.now, user, Kind::channel_invitation,
                                                  channel.id.value,
                                                  invitation_content(channel, call.user()), true));

    post_invitation(call.outbox, channel, user);
    if (notification) notifications::post_added(call.outbox, user, *notification);
    return ok();
}

Status respond_to_channel_invite(rpc::Call& call, const proto::RespondToChannelInvite& request) {
    const auto presences_ticket = send_presences(call.tx, channel_of(request), call.user());
    COLLAB_TRY(const auto access, load_access(call.tx, channel_of(request), call.user()));
    COLLAB_TRY(const auto presences, receive_presences(call.tx, presences_ticket));
    const auto& channel = access.channel;
    if (!channel.is_root() || !access.membership || access.membership->accepted) {
        return Error{ErrorCode::not_found, "you are not invited to this channel"};
    }
    if (request.accept()) {
        auto membership = *access.membership;
        membership.accepted = true;
        COLLAB_DO(update_membership(call.tx, membership));
        post_membership_updated(call, channel, call.user());
    } else {
        COLLAB_DO(delete_membership(call.tx, channel.id, call.user()));
        proto::UpdateChannels update;
        update.add_remove_channel_invitations(request.channel_id());
        call.outbox.to_user(call.user(), update);
    }
    notifications::answer_later(call.tx, call.outbox, call.user(), Kind::channel_invitation,
                                channel.id.value, request.accept());
    call.outbox.reply();
    return request.accept() ? ok() : revoke_invitation(call, presences, {});
}

Status remove_channel_member(rpc::Call& call, const proto::RemoveChannelMember& request) {
    const auto user = user_of(request);
    COLLAB_TRY(const auto change, load_change(call, channel_of(request), user));
    const auto& [access, member, presences] = change;
    if (user != call.user()) COLLAB_DO(require_admin(access));
    if (!member) return no_such_member();
    const auto& channel = access.channel;
    COLLAB_DO(delete_membership(call.tx, channel.id, user));
    post_membership_updated(call, channel, user);
    notifications::delete_later(call.tx, call.outbox, user, Kind::channel_invitation,
                                channel.id.value);
    call.outbox.reply();
    if (!member->accepted) return revoke_invitation(call, presences, {});
    return revoke(call, presences, member->role, {});
}

Status set_channel_member_role(rpc::Call& call, const proto::SetChannelMemberRole& request) {
    COLLAB_TRY(const auto role, requested_role(request.role()));
    const auto user = user_of(request);
    COLLAB_TRY(auto change, load_change(call, channel_of(request), user));
    auto& [access, member, presences] = change;
    COLLAB_DO(require_admin(access));
    if (!member) return no_such_member();
    const auto before = member->role;
    member->role = role;
    COLLAB_DO(update_membership(call.tx, *member));

    if (!member->accepted) {
        post_invitation(call.outbox, access.channel, user);
        call.outbox.reply();
        return revoke_invitation(call, presences, role);
    }
    post_membership_updated(call, access.channel, user);
    call.outbox.reply();
    return revoke(call, presences, before, role);
}

Result<proto::GetChannelMembersResponse> get_channel_members(
    rpc::Call& call, const proto::GetChannelMembers& request) {
    COLLAB_TRY(const auto access, load_access(call.tx, channel_of(request), call.user()));
    COLLAB_DO(require_participant(access));
    const auto limit = request.limit() == 0 ? kMostMembers
                                            : static_cast<std::int64_t>(std::min<std::uint64_t>(
                                                  request.limit(), std::uint64_t{kMostMembers}));
    COLLAB_TRY(const auto members, search_memberships(call.tx, access.channel.root(),
                                                      login_pattern(request.query()), limit));
    std::vector<std::int64_t> ids;
    for (const auto& each : members) ids.push_back(each.user.value);
    COLLAB_TRY(const auto users, users::list_users(call.tx, ids));
    std::unordered_map<UserId, const users::User*> by_id;
    for (const auto& user : users) by_id[user.id] = &user;

    proto::GetChannelMembersResponse response;
    for (const auto& each : members) {
        const auto user = by_id.find(each.user);
        if (user == by_id.end()) continue;  // his account went between the two
        *response.add_members() = make_member(each);
        *response.add_users() = users::make_user(*user->second, call.caller.base_url);
    }
    return response;
}

}  // namespace collab::channels
