// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of access tokens: made for a client that signs in, listed at start, taken away. What the
// loop knows of them follows through post_tokens(). The secret itself is returned once and never
// stored (spec 4, 8.1).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "areas/users/user_queries.h"
#include "base/random.h"
#include "rpc/outbox.h"

namespace collab::users {

struct TokenRow {
    std::int64_t id = 0;
    UserId user;       // whose token it is
    UserId effective;  // who is signed in with it; another one when an admin impersonates
    std::string hash;
};

// What signing in needs to know of a user.
struct UserAccess {
    UserId user;
    bool admin = false;
};

inline constexpr std::int64_t kPerAdmin = std::int64_t{1} << 40;

// Counts and sums of ids: they differ once somebody, perhaps another program, has changed who may
// sign in.
struct AccessSums {
    std::int64_t tokens = 0;
    std::int64_t token_ids = 0;
    std::int64_t users = 0;
    std::int64_t user_ids = 0;
    std::int64_t admins = 0;  // kPerAdmin for each, and their ids

    bool operator==(const AccessSums&) const = default;
};

// Five columns of a query; read_access_sums() reads them, from column `first` on.
#define COLLAB_ACCESS_SUMS                                                                   \
    " (SELECT COUNT(*) FROM access_tokens),"                                                 \
    " (SELECT CAST(COALESCE(SUM(id), 0) AS BIGINT) FROM access_tokens),"                     \
    " (SELECT COUNT(*) FROM users),"                                                         \
    " (SELECT CAST(COALESCE(SUM(id), 0) AS BIGINT) FROM users),"                             \
    " (SELECT CAST(COALESCE(SUM(CASE WHEN admin THEN id + 1099511627776 END), 0) AS BIGINT)" \
    " FROM users) "
AccessSums read_access_sums(const db::Row& row, int first);

// What a transaction changed of the tokens; goes to post_tokens() once.
struct TokenChange {
    std::optional<TokenRow> added;
    std::vector<std::int64_t> removed;
};

// A token in the form that a client presents. `text` is a secret.
struct PlainToken {
    std::string text;
    TokenChange change;
};

// A token as it is handed to the client whose key was given.
struct EncryptedToken {
    UserId effective;
    std::string encrypted;
    TokenChange change;
};

// A user's newest tokens that stay valid.
inline constexpr std::int64_t kTokensKept = 8;

// A new token of an existing user.
Result<PlainToken> create_plain_token(db::Tx& tx, WallTime now, Random& random, UserId user);

// A new token of `user`, by which the client is signed in as `impersonate` (a login) when given.
// Errors: not_found, no such user; denied, `user` is no admin and may not impersonate; conflict, no
// user has the login `impersonate`; invalid, not a key.
Result<EncryptedToken> create_access_token(db::Tx& tx, WallTime now, Random& random, UserId user,
                                           std::optional<std::string_view> impersonate,
                                           std::string_view public_key);

// All tokens, and all users: what TokenTable::load() takes.
struct Access {
    std::vector<TokenRow> tokens;
    std::vector<UserAccess> users;
};
Result<Access> load_access(db::Tx& tx);

// One token, for those that another program has made since.
Result<std::optional<TokenRow>> find_token(db::Tx& tx, std::int64_t id);

// Lets the loop know.
void post_tokens(rpc::Outbox& outbox, TokenChange change);
void post_user_access(rpc::Outbox& outbox, const User& user);

}  // namespace collab::users
