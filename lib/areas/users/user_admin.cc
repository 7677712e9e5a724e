// SPDX-License-Identifier: Apache-2.0
#include "areas/users/user_admin.h"

#include <algorithm>

#include "base/text.h"

namespace collab::users {
namespace {

constexpr std::size_t kMaxNameBytes = 64;
constexpr int kMaxUsernames = 1000;

constexpr std::string_view kFindByGithubId =
    "SELECT" COLLAB_USER_COLUMNS "FROM users WHERE github_user_id = $1";

constexpr std::string_view kFindByLogin =
    "SELECT" COLLAB_USER_COLUMNS "FROM users WHERE github_login = $1";

constexpr std::string_view kFindByEmail =
    "SELECT" COLLAB_USER_COLUMNS "FROM users WHERE email_address = $1 ORDER BY id LIMIT 1";

constexpr std::string_view kIsTaken = R"sql(
    SELECT 1 FROM users WHERE (username = $1 OR github_login = $1) AND id <> $2
)sql";

constexpr std::string_view kUpdateProfile =
    "UPDATE users SET github_login = $2, username = $3, "
    "github_user_created_at = COALESCE(CAST($4 AS BIGINT), github_user_created_at), "
    "email_address = COALESCE(CAST($5 AS TEXT), email_address), "
    "name = COALESCE(CAST($6 AS TEXT), name) "
    "WHERE id = $1 RETURNING" COLLAB_USER_COLUMNS;

constexpr std::string_view kInsertUser =
    "INSERT INTO users (github_login, username, name, email_address, github_user_id, "
    "github_user_created_at, admin, created_at, metrics_id) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING" COLLAB_USER_COLUMNS;

constexpr std::string_view kInsertUserIdentity = R"sql(
    INSERT INTO user_identities (provider, subject, user_id) VALUES ($1, $2, $3)
    ON CONFLICT (provider, subject) DO UPDATE SET user_id = excluded.user_id
)sql";

constexpr std::string_view kMakeAdmin = "UPDATE users SET admin = TRUE WHERE id = $1";

// `wanted`, or the first of wanted-2, wanted-3, … that nobody but `self` has.
Result<std::string> free_username(db::Tx& tx, const std::string& wanted, UserId self) {
    for (int number = 1; number <= kMaxUsernames; ++number) {
        const auto name = number == 1 ? wanted : wanted + "-" + std::to_string(number);
        COLLAB_TRY(const auto taken,
                   tx.one(kIsTaken, {name, self}, [](const db::Row&) { return true; }));
        if (!taken) return name;
    }
    return Error{ErrorCode::conflict, "no username is left for '" + wanted + "'"};
}

Result<User> insert_user(db::Tx& tx, WallTime now, Random& random, User user) {
    COLLAB_TRY(user.username, free_username(tx, user.github_login, {}));
    COLLAB_TRY(const auto row,
               tx.one(kInsertUser,
                      {user.github_login, user.username, user.name, user.email, user.github_user_id,
                       user.github_user_created_at, user.admin, unix_ms(now), random_uuid(random)},
                      read_user));
    return *row;
}

Result<User> update_profile(db::Tx& tx, const User& user, const GithubProfile& profile) {
    auto username = user.username;
    if (user.username == user.github_login && user.github_login != profile.login) {
        COLLAB_TRY(username, free_username(tx, profile.login, user.id));
    }
    COLLAB_TRY(const auto row, tx.one(kUpdateProfile,
                                      {user.id, profile.login, username, profile.created_at,
                                       profile.email, profile.name},
                                      read_user));
    return *row;
}

Status keep_identity(db::Tx& tx, const User& user) {
    if (!user.github_user_id) return ok();
    return tx.run(kInsertUserIdentity, {"github", std::to_string(*user.github_user_id), user.id});
}

}  // namespace

bool is_valid_login(std::string_view login) {
    if (login.empty() || login.size() > kMaxNameBytes || !is_valid_utf8(login)) return false;
    return std::none_of(login.begin(), login.end(), [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '@';
    });
}

bool is_valid_name(std::string_view name) {
    return is_valid_login(name) && !parse_int64(name) && !name.starts_with("cus_") &&
           !name.starts_with("sub_");
}

Result<Ensured> upsert_github_user(db::Tx& tx, WallTime now, Random& random,
                                   const GithubProfile& profile) {
    if (!is_valid_login(profile.login)) {
        return Error{ErrorCode::invalid, "not a login: '" + escape_control(profile.login) + "'"};
    }
    const auto by_id_ticket = tx.send(kFindByGithubId, {profile.github_user_id});
    const auto by_login_ticket = tx.send(kFindByLogin, {profile.login});
    COLLAB_TRY(const auto by_id, tx.one(by_id_ticket, read_user));
    COLLAB_TRY(const auto by_login, tx.one(by_login_ticket, read_user));
    if (by_id && by_login && by_id->id != by_login->id) {
        return Error{ErrorCode::conflict, "another user has the login '" + profile.login + "'"};
    }
    Ensured ensured;
    if (const auto& known = by_id ? by_id : by_login) {
        COLLAB_TRY(ensured.user, update_profile(tx, *known, profile));
    } else {
        User user;
        user.github_login = profile.login;
        user.name = profile.name;
        user.email = profile.email;
        user.github_user_id = profile.github_user_id;
        user.github_user_created_at = profile.created_at;
        COLLAB_TRY(ensured.user, insert_user(tx, now, random, std::move(user)));
        ensured.created = true;
    }
    COLLAB_DO(keep_identity(tx, ensured.user));
    return ensured;
}

Result<Ensured> ensure_local_user(db::Tx& tx, WallTime now, Random& random, std::string_view name,
                                  bool admin) {
    if (!is_valid_name(name)) {
        return Error{ErrorCode::invalid, "not a user name: '" + escape_control(name) + "'"};
    }
    COLLAB_TRY(auto known, find_user_by_name(tx, name));
    if (known) {
        if (admin && !known->admin) {
            COLLAB_DO(tx.run(kMakeAdmin, {known->id}));
            known->admin = true;
        }
        return Ensured{std::move(*known), false};
    }
    User user;
    user.github_login = std::string(name);
    user.admin = admin;
    COLLAB_TRY(auto made, insert_user(tx, now, random, std::move(user)));
    COLLAB_DO(tx.run(kInsertUserIdentity, {"local", name, made.id}));
    return Ensured{std::move(made), true};
}

Result<std::optional<User>> look_up_user(db::Tx& tx, std::string_view identifier) {
    if (const auto id = parse_int64(identifier)) return find_user(tx, UserId{*id});
    if (identifier.starts_with("cus_") || identifier.starts_with("sub_")) {
        return std::optional<User>();
    }
    if (identifier.find('@') != std::string_view::npos) {
        return tx.one(kFindByEmail, {identifier}, read_user);
    }
    return find_user_by_name(tx, identifier);
}

}  // namespace collab::users
