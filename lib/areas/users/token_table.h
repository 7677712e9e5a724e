// SPDX-License-Identifier: Apache-2.0
#pragma once

// What signing in asks: the tokens' hashes and who is an admin, in memory, so that it never waits
// for the database (decisions 28). Loaded at start, kept by effects, and loaded again once its sums
// are not those of the rows: another program has changed them. live.state<TokenTable>().
// Thread: loop.

#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "areas/users/access_tokens.h"

namespace collab::users {

// Who may come in.
struct Verified {
    UserId user;
    bool admin = false;
    std::optional<UserId> impersonator;  // the admin who is signed in as `user`
};

class TokenTable {
public:
    // Replaces everything. Read in one transaction and handed over in commit order.
    void load(const Access& access);
    bool loaded() const { return loaded_; }
    // Of what is known here.
    AccessSums sums() const;

    void apply(const TokenChange& change);
    void put_token(const TokenRow& token);
    void put_user(const UserAccess& access);
    void remove_user(UserId user);

    // Nothing for a user that there is not.
    std::optional<UserAccess> access(UserId user) const;
    // Also one that was taken away since the start: ids are never given twice.
    bool knows_token(std::int64_t id) const {
        return tokens_.contains(id) || removed_.contains(id);
    }

    // Whether `user` may sign in with `token`, the second word of the header. Takes the same time
    // whether or not there is such a token. Errors: denied, "invalid credentials", with
    // reason=legacy_token as tag and in the text for a scrypt row (decisions 28); internal, the
    // token is right but its user is gone; unavailable, nothing is loaded yet.
    Result<Verified> verify(UserId user, std::string_view token) const;

private:
    void remove_token(std::int64_t id);

    bool loaded_ = false;
    AccessSums sums_;  // but for the counts
    std::unordered_map<std::int64_t, TokenRow> tokens_;
    std::unordered_set<std::int64_t> removed_;
    std::unordered_map<UserId, bool> admins_;
};

}  // namespace collab::users
