// SPDX-License-Identifier: Apache-2.0
#pragma once

// What collab-seed(1) reads: the people and channels that a database shall have. Nothing here knows
// the database.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rpc/role.h"

namespace collab::seed {

// What is not given stays as the database has it.
struct WantedUser {
    std::string name = {};  // login
    std::optional<bool> admin = {};
    std::optional<std::string> email = {};
    std::optional<std::int64_t> github_id = {};
};

struct WantedMember {
    std::string user;
    rpc::Role role = rpc::Role::member;
};

struct WantedChannel {
    std::string name = {};
    std::optional<rpc::Visibility> visibility = {};
    std::vector<WantedMember> members = {};  // of root channels only
    std::vector<WantedChannel> channels = {};
};

struct Wanted {
    std::vector<WantedUser> users;  // each name once
    std::vector<WantedChannel> channels;
};

// The text of a seed file, in TOML or JSON: what starts with a brace is JSON. Zed's own form,
// {"admins": [logins], "channels": [names]}, makes all admins admins of each channel (spec 6, 10).
// Error invalid: not such a file; the message begins with `path` and names the place.
Result<Wanted> parse_seed(std::string_view path, std::string_view text);

}  // namespace collab::seed
