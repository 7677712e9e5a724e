// SPDX-License-Identifier: Apache-2.0
#pragma once

// People as the HTTP routes tell them, in JSON. Members stand in the order of the spec.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "areas/users/user_queries.h"

namespace collab::users {

// The `user` of the admin routes (spec 4, section 3).
std::string user_json(const User& user);

// The body of GET /user: {user, metrics_id, feature_flags}.
std::string private_user_json(const User& user, const std::vector<std::string>& flags);

// The body of GET /users/look_up: {user}, null when there is none.
std::string look_up_json(const std::optional<User>& user);

// The body of POST /users/:id/access_tokens.
std::string access_token_json(UserId user, std::string_view encrypted);

// The body of GET /contributors and of GET /contributor.
std::string contributors_json(const std::vector<std::string>& logins);
std::string signature_json(std::optional<std::int64_t> signed_at);

// The body of GET /client/users/me that every client since August 2025 takes (spec 5, 7a), without
// an organization. `staff` makes clients connect by themselves and is no right on this server.
std::string me_json(const User& user, const std::vector<std::string>& flags,
                    std::string_view base_url, bool staff);

}  // namespace collab::users
