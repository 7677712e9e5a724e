// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finding people by a part of their name (spec 1, 5.4; decisions 16): the database narrows down,
// the order is made here so that it is the same on both databases.

#include <string_view>
#include <vector>

#include "areas/users/user_queries.h"

namespace collab::users {

// 0 for the same text, 1 for nothing in common: one minus the share of trigrams that both have,
// with words (runs of letters and digits) padded by two blanks before and one after, and ASCII case
// ignored.
double trigram_distance(std::string_view left, std::string_view right);

// People for `query`, best first, at most 10, never `self`. Nothing for an empty query; the very
// login or username, by case, for one of 1 or 2 bytes or with less than 2 letters and digits; else
// all whose login or username contains these letters and digits in this order.
Result<std::vector<User>> search_users(db::Tx& tx, UserId self, std::string_view query);

}  // namespace collab::users
