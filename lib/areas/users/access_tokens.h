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

// Takes all tokens of the user away, also those by which an admin is signed in as them.
Result<TokenChange> revoke_tokens(db::Tx& tx, UserId user);

// All tokens, and all users: what TokenTable::load() takes at start.
Result<std::vector<TokenRow>> list_token_hashes(db::Tx& tx);
Result<std::vector<UserAccess>> list_user_access(db::Tx& tx);

// One token, for those that another program has made since.
Result<std::optional<TokenRow>> find_token(db::Tx& tx, std::int64_t id);

// Lets the loop know.
void post_tokens(rpc::Outbox& outbox, TokenChange change);
void post_user_access(rpc::Outbox& outbox, const User& user);

}  // namespace collab::users
