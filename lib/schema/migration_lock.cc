// SPDX-License-Identifier: Apache-2.0
#include "schema/migration_lock.h"

#include <thread>

#include "base/text.h"
#include "db/tx.h"

namespace collab::schema {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kLockKey = 0x636f6c6c6162;  // "collab"
constexpr milliseconds kPoll{100};

Error lock_timeout(const std::string& holder, milliseconds timeout) {
    return {ErrorCode::too_many, "another migration is running" + holder + ", waited " +
                                     std::to_string(timeout.count()) + " ms for its lock"};
}

// BEGIN IMMEDIATE, which in WAL mode is the same as EXCLUSIVE: the write lock, and readers go on.
Status begin_sqlite(db::Connection& connection, milliseconds timeout) {
    COLLAB_TRY(const auto before, connection.query("PRAGMA busy_timeout", {}));
    const auto pragma = [&](std::int64_t ms) {
        return connection.run_script("PRAGMA busy_timeout=" + std::to_string(ms));
    };
    COLLAB_DO(pragma(timeout.count()));
    const Status begun = connection.begin(db::Durability::must);
    COLLAB_DO(pragma(before[0].integer(0)));
    // A full disk is unavailable too, and no reason to try again.
    const bool locked = !begun.ok() && begun.error().message.find("locked") != std::string::npos;
    return locked ? Status(lock_timeout("", timeout)) : begun;
}

std::string postgres_holder(db::Connection& connection) {
    db::Tx tx(connection);
    const auto holder = tx.one(
        "SELECT a.pid::bigint, coalesce(host(a.client_addr), 'this host'),"
        " (extract(epoch FROM a.xact_start) * 1000)::bigint"
        " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
        " WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()"
        " AND (l.classid::bigint << 32) | l.objid::bigint = $1",
        {kLockKey}, [](const db::Row& row) {
            return " (process " + std::to_string(row.integer(0)) + " from " + row.text(1) +
                   (row.is_null(2) ? "" : ", since " + rfc3339_ms(row.integer(2))) + ")";
        });
    return holder.ok() ? holder->value_or("") : "";
}

Status begin_postgres(db::Connection& connection, milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (true) {
        COLLAB_DO(connection.begin(db::Durability::must));
        auto locked = connection.query("SELECT pg_try_advisory_xact_lock($1)", {kLockKey});
        if (locked.ok() && (*locked)[0].boolean(0)) return ok();
        std::string holder;
        const bool give_up = std::chrono::steady_clock::now() >= deadline;
        if (locked.ok() && give_up) holder = postgres_holder(connection);
        connection.rollback();
        if (!locked.ok()) return std::move(locked).error();
        if (give_up) return lock_timeout(holder, timeout);
        std::this_thread::sleep_for(kPoll);
    }
}

}  // namespace

Status begin_locked(db::Connection& connection, milliseconds timeout) {
    if (connection.dialect() == db::Dialect::sqlite) return begin_sqlite(connection, timeout);
    return begin_postgres(connection, timeout);
}

}  // namespace collab::schema
