// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/channel_access.h"

#include "areas/notifications/notification_messages.h"
#include "areas/notifications/notification_queries.h"

namespace collab::channels {
namespace {

// Only roots have members, so the path of a root is the start of every path in its tree.
#define COLLAB_ACCESS                                                                         \
    "SELECT c.id, c.name, c.visibility, c.parent_path, c.requires_zed_cla, c.channel_order, " \
    "m.channel_id, m.role, m.accepted FROM channels c "                                       \
    "LEFT JOIN channel_members m ON m.user_id = $2 "                                          \
    "AND c.parent_path || CAST(c.id AS TEXT) || '/' "                                         \
    "LIKE CAST(m.channel_id AS TEXT) || '/%' "
constexpr std::string_view kAccess = COLLAB_ACCESS "WHERE c.id = $1";
constexpr std::string_view kAccessOfRoom =
    COLLAB_ACCESS "WHERE c.id = (SELECT channel_id FROM rooms WHERE id = $1)";

Error denied(const char* what) {
    return {ErrorCode::denied, what};
}

Error no_admin() {
    return denied("only an admin of the channel may do that");
}

Error no_member() {
    return denied("only a member of the channel may do that");
}

Error no_participant() {
    return denied("you are no participant of the channel");
}

Error forbidden() {
    return {ErrorCode::forbidden, "you may not join this channel"};
}

}  // namespace

std::optional<rpc::Role> Access::role() const {
    if (!membership || !membership->accepted) return {};
    if (!rpc::may_see(membership->role, channel.visibility)) return {};
    return membership->role;
}

Result<Access> load_access(db::Tx& tx, ChannelId id, UserId user) {
    return receive_access(tx, send_access(tx, id, user), user);
}

db::Ticket send_access(db::Tx& tx, ChannelId id, UserId user) {
    return tx.send(kAccess, {id, user});
}

Result<Access> receive_access(db::Tx& tx, db::Ticket ticket, UserId user) {
    COLLAB_TRY(auto access, receive_access_if_any(tx, ticket, user));
    if (!access) return no_such_channel();
    return std::move(*access);
}

db::Ticket send_access_of_room(db::Tx& tx, RoomId room, UserId user) {
    return tx.send(kAccessOfRoom, {room, user});
}

Result<std::optional<Access>> receive_access_if_any(db::Tx& tx, db::Ticket ticket, UserId user) {
    return tx.one(ticket, [user](const db::Row& row) {
        Access found{to_channel(row), {}};
        if (!row.is_null(6)) {
            found.membership = Membership{row.id<ChannelId>(6), user,
                                          rpc::role_from_text(row.text(7)), row.boolean(8)};
        }
        return found;
    });
}

Result<Channel> load_as_admin(db::Tx& tx, ChannelId id, UserId user) {
    COLLAB_TRY(auto access, load_access(tx, id, user));
    COLLAB_DO(require_admin(access));
    return std::move(access.channel);
}

Status require_admin(const Access& access) {
    if (access.role() != rpc::Role::admin) return no_admin();
    return ok();
}

Status require_member(const Access& access) {
    const auto role = access.role();
    if (role != rpc::Role::admin && role != rpc::Role::member) return no_member();
    return ok();
}

Status require_participant(const Access& access) {
    if (!access.role()) return no_participant();
    return ok();
}

Result<Admission> admit(rpc::Call& call, const Access& access) {
    const auto& channel = access.channel;
    if (!access.membership) {
        if (channel.visibility != rpc::Visibility::everybody) return forbidden();
        COLLAB_DO(
            insert_membership(call.tx, {channel.root(), call.user(), rpc::Role::guest, true}));
        return Admission{rpc::Role::guest, true};
    }
    auto membership = *access.membership;
    if (!rpc::may_see(membership.role, channel.visibility)) return forbidden();
    if (membership.accepted) return Admission{membership.role, false};

    membership.accepted = true;
    COLLAB_DO(update_membership(call.tx, membership));
    notifications::answer_later(call.tx, call.outbox, call.user(),
                                notifications::Kind::channel_invitation, channel.root().value,
                                true);
    return Admission{membership.role, true};
}

}  // namespace collab::channels
