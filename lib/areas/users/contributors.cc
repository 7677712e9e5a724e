// SPDX-License-Identifier: Apache-2.0
#include "areas/users/contributors.h"

namespace collab::users {
namespace {

// renovate[bot], 2017-06-02T07:04:12Z.
constexpr std::int64_t kRenovateId = 29139614;
constexpr std::string_view kRenovateLogin = "renovate[bot]";
constexpr std::int64_t kRenovateSignedAt = 1'496'387'052'000;

constexpr std::string_view kListContributors = R"sql(
    SELECT u.github_login FROM contributors c JOIN users u ON u.id = c.user_id
    ORDER BY c.signed_at, c.user_id
)sql";

#define COLLAB_SIGNATURE                                                            \
    "SELECT CASE WHEN u.admin THEN u.created_at ELSE c.signed_at END FROM users u " \
    "LEFT JOIN contributors c ON c.user_id = u.id "
constexpr std::string_view kFindById = COLLAB_SIGNATURE "WHERE u.github_user_id = $1";
constexpr std::string_view kFindSignature = COLLAB_SIGNATURE "WHERE u.github_login = $1";

constexpr std::string_view kAdd = R"sql(
    INSERT INTO contributors (user_id, signed_at) VALUES ($1, $2) ON CONFLICT (user_id) DO NOTHING
)sql";

}  // namespace

Result<std::vector<std::string>> list_contributors(db::Tx& tx) {
    return tx.list(kListContributors, {}, [](const db::Row& row) { return row.text(0); });
}

Result<std::optional<std::int64_t>> find_signature(db::Tx& tx,
                                                   std::optional<std::int64_t> github_user_id,
                                                   std::optional<std::string_view> github_login) {
    if (!github_user_id && !github_login) {
        return Error{ErrorCode::invalid, "must be one of `github_user_id` or `github_login`."};
    }
    const bool bot =
        github_user_id ? *github_user_id == kRenovateId : *github_login == kRenovateLogin;
    if (bot) return std::optional<std::int64_t>(kRenovateSignedAt);
    const auto read = [](const db::Row& row) { return row.optional_integer(0); };
    COLLAB_TRY(const auto found, github_user_id ? tx.one(kFindById, {*github_user_id}, read)
                                                : tx.one(kFindSignature, {*github_login}, read));
    return found.value_or(std::nullopt);
}

Status add_contributor(db::Tx& tx, WallTime now, UserId user) {
    return tx.run(kAdd, {user, unix_ms(now)});
}

}  // namespace collab::users
