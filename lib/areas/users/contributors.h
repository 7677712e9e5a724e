// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who has signed the contributor licence agreement (spec 4, section 4). Every function runs inside
// the caller's transaction.

#include "areas/users/user_queries.h"

namespace collab::users {

// The logins, in the order of signing.
Result<std::vector<std::string>> list_contributors(db::Tx& tx);

// When the user signed, in unix milliseconds; nothing when they did not or when there is no such
// user. The id counts when both are given. Admins count as having signed when they joined, and one
// bot signed once and for all. Error invalid: neither is given.
Result<std::optional<std::int64_t>> find_signature(db::Tx& tx,
                                                   std::optional<std::int64_t> github_user_id,
                                                   std::optional<std::string_view> github_login);

// Keeps an older signature.
Status add_contributor(db::Tx& tx, WallTime now, UserId user);

}  // namespace collab::users
