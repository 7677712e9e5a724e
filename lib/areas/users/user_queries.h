// SPDX-License-Identifier: Apache-2.0
#pragma once

// SQL about people: finding their rows, and what they change of them themselves. How rows come into
// being is in user_admin.h; nothing here knows the wire. Every function runs inside the caller's
// transaction.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/tx.h"

namespace collab::users {

// A row of `users`. Times are unix milliseconds.
struct User {
    UserId id;
    std::string github_login;
    std::string username;  // shown by clients since Zed 1.10; unique, never empty
    std::optional<std::string> name;
    std::optional<std::string> email;
    std::optional<std::int64_t> github_user_id;  // none: not known to GitHub (decisions 27)
    std::optional<std::int64_t> github_user_created_at;
    bool admin = false;  // of the server
    bool connected_once = false;
    std::int64_t created_at = 0;
    std::string metrics_id;
    std::optional<std::int64_t> accepted_tos_at;
};

// The columns of read_user(), for a SELECT from or a RETURNING of `users`.
#define COLLAB_USER_COLUMNS                                                                     \
    " id, github_login, username, name, email_address, github_user_id, github_user_created_at," \
    " admin, connected_once, created_at, metrics_id, accepted_tos_at "
User read_user(const db::Row& row);

Result<std::optional<User>> find_user(db::Tx& tx, UserId id);

// Those of `ids` that exist, by id. Duplicates count once.
Result<std::vector<User>> list_users(db::Tx& tx, const std::vector<std::int64_t>& ids);
// The same, asked and fetched apart so that it can travel with other reads.
db::Ticket send_users(db::Tx& tx, const std::vector<std::int64_t>& ids);
Result<std::vector<User>> receive_users(db::Tx& tx, db::Ticket ticket);

// By login, or else by username; case counts.
Result<std::optional<User>> find_user_by_name(db::Tx& tx, std::string_view name);

// The flags that are on for everybody and those of this user, by name.
Result<std::vector<std::string>> feature_flags_of(db::Tx& tx, UserId user);

// Records that the users have been connected, so that ShowContacts is sent only once (spec 1, 2.4).
Status set_connected_once(db::Tx& tx, const std::vector<std::int64_t>& users);

// Records that the user accepts the terms now.
Status accept_terms(db::Tx& tx, UserId user, WallTime now);

}  // namespace collab::users
