// SPDX-License-Identifier: Apache-2.0
#pragma once

// How people come into being: named by a trusted caller of the HTTP API (spec 4, section 3), or by
// the owner of a server without GitHub (decisions 27). Every function runs inside the caller's
// transaction; post_user_access() then lets the loop know.

#include <optional>
#include <string>
#include <string_view>

#include "areas/users/user_queries.h"
#include "base/random.h"

namespace collab::users {

// Somebody as GitHub describes them.
struct GithubProfile {
    std::int64_t github_user_id = 0;
    std::string login;
    std::optional<std::string> email;
    std::optional<std::string> name;
    std::optional<std::int64_t> created_at;  // unix milliseconds
};

struct Ensured {
    User user;
    bool created = false;
};

// The user with that GitHub id, or else with that login, brought up to date; a new one when there
// is neither. What the profile leaves out stays as it was, and a user found by login keeps their
// GitHub id. The username follows the login unless the user or somebody else has another claim to
// it. Errors: invalid, see is_valid_login(); conflict, the login is now that of another GitHub
// id.
Result<Ensured> upsert_github_user(db::Tx& tx, WallTime now, Random& random,
                                   const GithubProfile& profile);

// The user of that login or username; a new one without GitHub when there is none. `admin` makes
// one an admin and never takes it away. Error invalid: not a name, see is_valid_name().
Result<Ensured> ensure_local_user(db::Tx& tx, WallTime now, Random& random, std::string_view name,
                                  bool admin);

// By what an operator types: a number is an id, what holds an @ an e-mail address, all else a login
// or username. Ids of the billing service ("cus_…", "sub_…") find nobody.
Result<std::optional<User>> look_up_user(db::Tx& tx, std::string_view identifier);

// 1 to 64 bytes of UTF-8 without white space, control characters and @. GitHub has logins of
// digits.
bool is_valid_login(std::string_view login);

// The same, and look_up_user() takes it for a name: what a person without GitHub may be called.
bool is_valid_name(std::string_view name);

}  // namespace collab::users
