// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/channel_access.h"

namespace collab::channels {
namespace {

constexpr std::string_view kAnyRequiresCla = R"sql(
    SELECT COUNT(*) FROM channels WHERE id IN IDS($1) AND requires_zed_cla
)sql";

Error denied(const char* what) {
    return {ErrorCode::denied, what};
}

Error forbidden() {
    return {ErrorCode::forbidden, "you may not join this channel"};
}

}  // namespace

Result<std::optional<rpc::Role>> find_role(db::Tx& tx, const Channel& channel, UserId user) {
    COLLAB_TRY(const auto membership, find_membership(tx, channel.root(), user));
    std::optional<rpc::Role> role;
    if (membership && membership->accepted && rpc::may_see(membership->role, channel.visibility)) {
        role = membership->role;
    }
    return role;
}

Result<rpc::Role> require_admin(db::Tx& tx, const Channel& channel, UserId user) {
    COLLAB_TRY(const auto role, find_role(tx, channel, user));
    if (role != rpc::Role::admin) return denied("only an admin of the channel may do that");
    return *role;
}

Result<rpc::Role> require_member(db::Tx& tx, const Channel& channel, UserId user) {
    COLLAB_TRY(const auto role, find_role(tx, channel, user));
    if (role != rpc::Role::admin && role != rpc::Role::member) {
        return denied("only a member of the channel may do that");
    }
    return *role;
}

Result<rpc::Role> require_participant(db::Tx& tx, const Channel& channel, UserId user) {
    COLLAB_TRY(const auto role, find_role(tx, channel, user));
    if (!role) return denied("you are no participant of the channel");
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
    return Admission{membership->role, true};
}

}  // namespace collab::channels
