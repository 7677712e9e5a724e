// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/channel_access.h"

#include "areas/notifications/notification_messages.h"
#include "areas/notifications/notification_queries.h"

namespace collab::channels {
namespace {

constexpr std::string_view kAnyRequiresCla = R"sql(
    SELECT COUNT(*) FROM channels WHERE id IN IDS($1) AND requires_zed_cla
)sql";

// Only roots have members, so the path of a root is the start of every path in its tree.
constexpr std::string_view kLoadAccess = R"sql(
    SELECT c.id, c.name, c.visibility, c.parent_path, c.requires_zed_cla, c.channel_order,
           m.channel_id, m.role, m.accepted
    FROM channels c
    LEFT JOIN channel_members m ON m.user_id = $2
        AND c.parent_path || CAST(c.id AS TEXT) || '/' LIKE CAST(m.channel_id AS TEXT) || '/%'
    WHERE c.id = $1
)sql";

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
    return tx.send(kLoadAccess, {id, user});
}

Result<Access> receive_access(db::Tx& tx, db::Ticket ticket, UserId user) {
    COLLAB_TRY(auto access, tx.one(ticket, [user](const db::Row& row) {
        Access found{to_channel(row), {}};
        if (!row.is_null(6)) {
            found.membership = Membership{row.id<ChannelId>(6), user,
                                          rpc::role_from_text(row.text(7)), row.boolean(8)};
        }
        return found;
    }));
    if (!access) return no_such_channel();
    return std::move(*access);
}

Result<Channel> load_as_admin(db::Tx& tx, ChannelId id, UserId user) {
    COLLAB_TRY(auto access, load_access(tx, id, user));
    COLLAB_DO(require_admin(access));
    return std::move(access.channel);
}

Result<std::optional<rpc::Role>> find_role(db::Tx& tx, const Channel& channel, UserId user) {
    COLLAB_TRY(auto membership, find_membership(tx, channel.root(), user));
    return Access{channel, std::move(membership)}.role();
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

Result<rpc::Role> require_admin(db::Tx& tx, const Channel& channel, UserId user) {
    COLLAB_TRY(const auto role, find_role(tx, channel, user));
    if (role != rpc::Role::admin) return no_admin();
    return *role;
}

Result<rpc::Role> require_member(db::Tx& tx, const Channel& channel, UserId user) {
    COLLAB_TRY(const auto role, find_role(tx, channel, user));
    if (role != rpc::Role::admin && role != rpc::Role::member) {
        return no_member();
    }
    return *role;
}

Result<rpc::Role> require_participant(db::Tx& tx, const Channel& channel, UserId user) {
    COLLAB_TRY(const auto role, find_role(tx, channel, user));
    if (!role) return no_participant();
    return *role;
}

Result<bool> needs_cla(db::Tx& tx, const Channel& channel) {
    std::vector<std::int64_t> ids = {channel.id.value};
    for (const auto& ancestor : channel.parent_path) ids.push_back(ancestor.value);
    COLLAB_TRY(const auto count,
               tx.one(kAnyRequiresCla, {ids}, [](const db::Row& row) { return row.integer(0); }));
    return count.value_or(0) > 0;
}

Result<Admission> admit(rpc::Call& call, const Channel& channel) {
    COLLAB_TRY(auto membership, find_membership(call.tx, channel.root(), call.user()));
    if (!membership) {
        if (channel.visibility != rpc::Visibility::everybody) return forbidden();
        COLLAB_DO(
            insert_membership(call.tx, {channel.root(), call.user(), rpc::Role::guest, true}));
        return Admission{rpc::Role::guest, true};
    }
    if (!rpc::may_see(membership->role, channel.visibility)) return forbidden();
    if (membership->accepted) return Admission{membership->role, false};

    membership->accepted = true;
    COLLAB_DO(update_membership(call.tx, *membership));
    COLLAB_TRY(const auto notification,
               notifications::answer_notification(call.tx, call.user(),
                                                  notifications::Kind::channel_invitation,
                                                  channel.root().value, true));
    if (notification) notifications::post_added(call.outbox, call.user(), *notification);
    return Admission{membership->role, true};
}

}  // namespace collab::channels
