// SPDX-License-Identifier: Apache-2.0
#pragma once

// People as they travel in messages.

#include <string>
#include <string_view>

#include "areas/users/user_queries.h"
#include "proto/users.pb.h"

namespace collab::users {

// Where the user's picture is: at GitHub when they are known there, else at ours, below `base_url`
// (without trailing slash), as the receiver reached us (decisions 27).
std::string avatar_url(const User& user, std::string_view base_url);

// With `username` always filled: clients of July 2026 tell people apart by it (spec 9.9).
proto::User make_user(const User& user, std::string_view base_url);

// What the June 2025 generation, and it alone, is told about the account at login (spec 1, 5.9).
// `staff` have the paid plan: admins, and who is signed in as somebody else.
proto::UpdateUserPlan make_plan_message(bool staff);

}  // namespace collab::users
