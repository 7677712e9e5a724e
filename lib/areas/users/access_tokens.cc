// SPDX-License-Identifier: Apache-2.0
#include "areas/users/access_tokens.h"

#include "areas/users/token_table.h"
#include "crypto/rsa.h"
#include "crypto/token_hash.h"
#include "rpc/live.h"

namespace collab::users {
namespace {

#define COLLAB_TOKEN_COLUMNS " id, user_id, COALESCE(impersonated_user_id, user_id), hash "

constexpr std::string_view kInsert = R"sql(
    INSERT INTO access_tokens (user_id, impersonated_user_id, hash, created_at)
    VALUES ($1, $2, $3, $4) RETURNING id
)sql";

constexpr std::string_view kTrim = R"sql(
    DELETE FROM access_tokens
    WHERE user_id = $1 AND id NOT IN
        (SELECT id FROM access_tokens WHERE user_id = $1 ORDER BY id DESC LIMIT $2)
    RETURNING id
)sql";

constexpr std::string_view kList = "SELECT" COLLAB_TOKEN_COLUMNS "FROM access_tokens ORDER BY id";

constexpr std::string_view kFind = "SELECT" COLLAB_TOKEN_COLUMNS "FROM access_tokens WHERE id = $1";

constexpr std::string_view kListUsers = "SELECT id, admin FROM users";

TokenRow read_token(const db::Row& row) {
    return {row.integer(0), row.id<UserId>(1), row.id<UserId>(2), row.text(3)};
}

std::int64_t read_id(const db::Row& row) {
    return row.integer(0);
}

Result<PlainToken> insert_token(db::Tx& tx, WallTime now, Random& random, UserId user,
                                UserId effective) {
    const auto secret = crypto::make_token(random);
    TokenRow token{0, user, effective, crypto::hash_token(secret)};
    const auto other = effective == user ? std::optional<UserId>() : effective;
    COLLAB_TRY(const auto id, tx.one(kInsert, {user, other, token.hash, unix_ms(now)}, read_id));
    token.id = *id;
    COLLAB_TRY(auto removed, tx.list(kTrim, {user, kTokensKept}, read_id));
    return PlainToken{crypto::format_access_token({token.id, secret}),
                      {std::move(token), std::move(removed)}};
}

Result<UserId> find_impersonated(db::Tx& tx, const User& user, std::string_view login) {
    if (!user.admin) {
        return Error{ErrorCode::denied, "you do not have permission to impersonate other users"};
    }
    COLLAB_TRY(const auto other, find_user_by_name(tx, login));
    if (!other) return Error{ErrorCode::conflict, "user " + std::string(login) + " does not exist"};
    return other->id;
}

}  // namespace

Result<PlainToken> create_plain_token(db::Tx& tx, WallTime now, Random& random, UserId user) {
    return insert_token(tx, now, random, user, user);
}

Result<EncryptedToken> create_access_token(db::Tx& tx, WallTime now, Random& random, UserId user,
                                           std::optional<std::string_view> impersonate,
                                           std::string_view public_key) {
    COLLAB_TRY(const auto row, find_user(tx, user));
    if (!row) return Error{ErrorCode::not_found, "user not found"};
    UserId effective = user;
    if (impersonate) {
        COLLAB_TRY(effective, find_impersonated(tx, *row, *impersonate));
    }
    COLLAB_TRY(auto plain, insert_token(tx, now, random, user, effective));
    COLLAB_TRY(auto encrypted, crypto::encrypt_for_client(public_key, plain.text));
    return EncryptedToken{effective, std::move(encrypted), std::move(plain.change)};
}

AccessSums read_access_sums(const db::Row& row, int first) {
    return {row.integer(first), row.integer(first + 1), row.integer(first + 2),
            row.integer(first + 3), row.integer(first + 4)};
}

Result<Access> load_access(db::Tx& tx) {
    Access access;
    COLLAB_TRY(access.tokens, tx.list(kList, {}, read_token));
    COLLAB_TRY(access.users, tx.list(kListUsers, {}, [](const db::Row& row) {
        return UserAccess{row.id<UserId>(0), row.boolean(1)};
    }));
    return access;
}

Result<std::optional<TokenRow>> find_token(db::Tx& tx, std::int64_t id) {
    return tx.one(kFind, {id}, read_token);
}

void post_tokens(rpc::Outbox& outbox, TokenChange change) {
    outbox.effect(
        [change = std::move(change)](rpc::Live& live) { live.state<TokenTable>().apply(change); });
}

void post_user_access(rpc::Outbox& outbox, const User& user) {
    outbox.effect([access = UserAccess{user.id, user.admin}](rpc::Live& live) {
        live.state<TokenTable>().put_user(access);
    });
}

}  // namespace collab::users
