// SPDX-License-Identifier: Apache-2.0
#include "areas/agents/shared_thread_queries.h"

namespace collab::agents {
namespace {

constexpr std::string_view kPut = R"sql(
    INSERT INTO shared_threads (id, user_id, title, data, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $5)
    ON CONFLICT (id) DO UPDATE
        SET title = excluded.title, data = excluded.data, updated_at = excluded.updated_at
        WHERE shared_threads.user_id = excluded.user_id
    RETURNING id
)sql";

constexpr std::string_view kFind = R"sql(
    SELECT t.title, t.data, COALESCE(u.github_login, 'Unknown'), t.created_at
    FROM shared_threads t LEFT JOIN users u ON u.id = t.user_id
    WHERE t.id = $1
)sql";

}  // namespace

Result<bool> put_shared_thread(db::Tx& tx, WallTime now, UserId owner, std::string_view id,
                               std::string_view title, std::string_view data) {
    COLLAB_TRY(const auto stored, tx.one(kPut, {id, owner, title, db::Blob{data}, unix_ms(now)},
                                         [](const db::Row&) { return true; }));
    return stored.has_value();
}

Result<std::optional<SharedThread>> find_shared_thread(db::Tx& tx, std::string_view id) {
    return tx.one(kFind, {id}, [](const db::Row& row) {
        return SharedThread{row.text(0), row.text(1), row.text(2), row.integer(3)};
    });
}

}  // namespace collab::agents
