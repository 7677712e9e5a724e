// SPDX-License-Identifier: Apache-2.0
#include "schema/migrator.h"

#include <algorithm>

#include "db/tx.h"
#include "schema/migration_lock.h"
#include "schema/migration_script.h"
#include "schema/sqlite_backups.h"

namespace collab::schema {
namespace {

std::string titles(const std::vector<Entry>& entries, State state) {
    std::string list;
    for (const auto& entry : entries) {
        if (entry.state != state) continue;
        list += (list.empty() ? "" : ", ") + title(entry.number, entry.name);
    }
    return list;
}

Result<bool> has_table(db::Connection& connection, const char* name) {
    const char* sql = connection.dialect() == db::Dialect::sqlite
                          ? "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1"
                          : "SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass($1)";
    COLLAB_TRY(const auto rows, connection.query(sql, {name}));
    return rows[0].integer(0) > 0;
}

Result<bool> is_empty_sqlite(db::Connection& connection) {
    COLLAB_TRY(const auto rows, connection.query("SELECT count(*) FROM sqlite_master", {}));
    return rows[0].integer(0) == 0;
}

}  // namespace

std::string_view state_name(State state) {
    switch (state) {
        case State::applied:
            return "applied";
        case State::pending:
            return "pending";
        case State::missing:
            return "missing";
        case State::drifted:
            return "drifted";
        case State::future:
            return "future";
    }
    return "";
}

Status check_states(const std::vector<Entry>& entries) {
    if (const auto list = titles(entries, State::future); !list.empty()) {
        int newest = 0;
        for (const auto& entry : entries) {
            const bool known = entry.state != State::future && entry.state != State::missing;
            if (known) newest = std::max(newest, entry.number);
        }
        return Error{ErrorCode::unsupported,
                     "the database is newer than this program, which knows its schema up to " +
                         std::to_string(newest) + ": it has " + list};
    }
    if (const auto list = titles(entries, State::drifted); !list.empty()) {
        return Error{ErrorCode::conflict,
                     "applied with another text than this program carries: " + list};
    }
    if (const auto list = titles(entries, State::missing); !list.empty()) {
        return Error{ErrorCode::conflict, "applied, but unknown to this program: " + list};
    }
    return ok();
}

Result<std::vector<Entry>> Migrator::recorded() {
    COLLAB_TRY(const bool exists, has_table(connection_, "schema_migrations"));
    if (!exists) return std::vector<Entry>{};
    db::Tx tx(connection_);
    return tx.list(
        "SELECT number, name, checksum, applied_at, duration_ms FROM schema_migrations"
        " ORDER BY number",
        {}, [](const db::Row& row) {
            return Entry{static_cast<int>(row.integer(0)),
                         row.text(1),
                         State::applied,
                         row.text(2),
                         row.integer(3),
                         row.integer(4)};
        });
}

Result<std::vector<Entry>> Migrator::status() {
    COLLAB_TRY(auto entries, recorded());
    const int newest = migrations_.empty() ? 0 : migrations_.back().number;
    for (auto& entry : entries)
        entry.state = entry.number > newest ? State::future : State::missing;
    for (const auto& migration : migrations_) {
        const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
            return entry.number == migration.number;
        });
        if (found == entries.end()) {
            entries.push_back({migration.number,
                               std::string(migration.name),
                               State::pending,
                               std::string(migration.checksum),
                               {},
                               {}});
            continue;
        }
        found->state = found->checksum == migration.checksum ? State::applied : State::drifted;
    }
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.number < b.number; });
    return entries;
}

Status Migrator::verify() {
    COLLAB_TRY(const auto entries, status());
    return check_states(entries);
}

Result<std::vector<Migration>> Migrator::plan() {
    COLLAB_TRY(const auto entries, status());
    COLLAB_DO(check_states(entries));
    std::vector<Migration> pending;
    for (const auto& migration : migrations_) {
        const bool is_pending = std::any_of(entries.begin(), entries.end(), [&](const Entry& e) {
            return e.number == migration.number && e.state == State::pending;
        });
        if (is_pending) pending.push_back(migration);
    }
    return pending;
}

Result<UpReport> Migrator::up(const UpOptions& options) {
    UpReport report;
    COLLAB_TRY(const auto pending, plan());
    bool more = !pending.empty();
    while (more) {
        COLLAB_DO(begin_locked(connection_, options.lock_timeout));
        auto stepped = step(options, report);
        if (!stepped.ok()) {
            connection_.rollback();
            return std::move(stepped).error();
        }
        more = *stepped;
        if (!more) {
            connection_.rollback();
            break;
        }
        COLLAB_DO(connection_.commit());
        if (options.progress) options.progress(report.applied.back());
    }
    return report;
}

// Inside the locked transaction, where what others have done is seen. False: nothing is left to do.
Result<bool> Migrator::step(const UpOptions& options, UpReport& report) {
    COLLAB_TRY(const auto pending, plan());
    if (pending.empty()) return false;
    if (!options.backup_of.empty() && report.applied.empty()) {
        COLLAB_TRY(const bool empty, is_empty_sqlite(connection_));
        if (!empty) {
            COLLAB_TRY(report.backup, back_up_before(options.backup_of, pending.back().number));
        }
    }
    COLLAB_DO(apply(pending.front(), report));
    return true;
}

Status Migrator::apply(const Migration& migration, UpReport& report) {
    const auto started = clock_.now();
    Status done = connection_.run_script(migration.sql);
    if (!done.ok()) {
        Error error = std::move(done).error();
        if (error.code != ErrorCode::unavailable) error.code = ErrorCode::internal;
        error.message = "migration " + title(migration.number, migration.name) +
                        " failed and was undone: " + error.message;
        return error;
    }
    const std::int64_t ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - started).count();
    COLLAB_DO(connection_.run_script(kCreateTrackingTable));
    COLLAB_DO(connection_.run(
        "INSERT INTO schema_migrations (number, name, checksum, applied_at, duration_ms)"
        " VALUES ($1, $2, $3, $4, $5)",
        {migration.number, migration.name, migration.checksum, unix_ms(clock_.wall_now()), ms}));
    report.applied.push_back({migration.number, std::string(migration.name), ms});
    return ok();
}

}  // namespace collab::schema
