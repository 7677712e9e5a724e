// SPDX-License-Identifier: Apache-2.0
#pragma once

// The signed token that a language model service, which is not ours, takes from clients of June
// 2025 (spec 4, 8.4).

#include <string>
#include <string_view>
#include <vector>

#include "areas/users/user_queries.h"
#include "base/random.h"

namespace collab::users {

inline constexpr std::int64_t kLlmTokenSeconds = 3600;

// Signed with `secret`. Who is an admin has the paid plan, all others the free one; the billing
// period is the calendar month of `now` in UTC.
std::string make_llm_token(const User& user, const std::vector<std::string>& flags, WallTime now,
                           Random& random, std::string_view secret);

}  // namespace collab::users
