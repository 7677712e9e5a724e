// SPDX-License-Identifier: Apache-2.0
#include "areas/users/user_queries.h"

namespace collab::users {
namespace {

constexpr std::string_view kFindUser = "SELECT" COLLAB_USER_COLUMNS "FROM users WHERE id = $1";

constexpr std::string_view kListUsers =
    "SELECT" COLLAB_USER_COLUMNS "FROM users WHERE id IN IDS($1) ORDER BY id";

constexpr std::string_view kFindByName =
    "SELECT" COLLAB_USER_COLUMNS
    "FROM users WHERE github_login = $1 OR username = $1 "
    "ORDER BY CASE WHEN github_login = $1 THEN 0 ELSE 1 END LIMIT 1";

constexpr std::string_view kFlagsOf = R"sql(
    SELECT flag FROM feature_flags
    WHERE enabled_for_all OR id IN (SELECT feature_id FROM user_features WHERE user_id = $1)
    ORDER BY flag
)sql";

constexpr std::string_view kSetConnectedOnce =
    "UPDATE users SET connected_once = TRUE WHERE id IN IDS($1) AND NOT connected_once";

constexpr std::string_view kAcceptTerms = "UPDATE users SET accepted_tos_at = $2 WHERE id = $1";

}  // namespace

User read_user(const db::Row& row) {
    User user;
    user.id = row.id<UserId>(0);
    user.github_login = row.text(1);
    user.username = row.text(2);
    user.name = row.optional_text(3);
    user.email = row.optional_text(4);
    user.github_user_id = row.optional_integer(5);
    user.github_user_created_at = row.optional_integer(6);
    user.admin = row.boolean(7);
    user.connected_once = row.boolean(8);
    user.created_at = row.integer(9);
    user.metrics_id = row.text(10);
    user.accepted_tos_at = row.optional_integer(11);
    return user;
}

Result<std::optional<User>> find_user(db::Tx& tx, UserId id) {
    return tx.one(kFindUser, {id}, read_user);
}

Result<std::vector<User>> list_users(db::Tx& tx, const std::vector<std::int64_t>& ids) {
    return tx.list(kListUsers, {ids}, read_user);
}

db::Ticket send_users(db::Tx& tx, const std::vector<std::int64_t>& ids) {
    return tx.send(kListUsers, {ids});
}

Result<std::vector<User>> receive_users(db::Tx& tx, db::Ticket ticket) {
    return tx.list(ticket, read_user);
}

Result<std::optional<User>> find_user_by_name(db::Tx& tx, std::string_view name) {
    return tx.one(kFindByName, {name}, read_user);
}

Result<std::vector<std::string>> feature_flags_of(db::Tx& tx, UserId user) {
    return tx.list(kFlagsOf, {user}, [](const db::Row& row) { return row.text(0); });
}

Status set_connected_once(db::Tx& tx, const std::vector<std::int64_t>& users) {
    return tx.run(kSetConnectedOnce, {users});
}

Status accept_terms(db::Tx& tx, UserId user, WallTime now) {
    return tx.run(kAcceptTerms, {user, unix_ms(now)});
}

}  // namespace collab::users
