// SPDX-License-Identifier: Apache-2.0
#pragma once

// Brings a database to the schema that this binary knows, and tells how they differ. What was done
// is written down in the table schema_migrations, in the transaction that did it.

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "db/connection.h"
#include "schema/migration.h"

namespace collab::schema {

enum class State {
    applied,
    pending,  // the binary has it, the database does not
    missing,  // the database has it, the binary does not, though it knows later ones
    drifted,  // both have it, with different checksums
    future,   // the database has it, and the binary is older
};
// "applied", "pending", …
std::string_view state_name(State state);

// One migration as the database and the binary see it together.
struct Entry {
    int number = 0;
    std::string name;
    State state = State::pending;
    std::string checksum;                    // the database's, or the binary's if pending
    std::optional<std::int64_t> applied_at;  // unix milliseconds
    std::optional<std::int64_t> duration_ms;
};

struct Applied {
    int number;
    std::string name;
    std::int64_t duration_ms;
};

struct UpReport {
    std::vector<Applied> applied;  // by us; empty when nothing was to do or another did it
    std::string backup;            // the file, or empty when none was made
};

struct UpOptions {
    // How long to wait for another migrator.
    std::chrono::milliseconds lock_timeout = std::chrono::seconds(60);
    // The SQLite file to back up before the first change; empty: no backup.
    std::string backup_of;
    // Called after each migration has been committed.
    std::function<void(const Applied&)> progress = nullptr;
};

// Errors of all functions: unavailable, the database cannot be reached.
// Thread: that of the connection.
class Migrator {
public:
    // All three outlive the migrator. `migrations` rises by number.
    Migrator(db::Connection& connection, std::span<const Migration> migrations, const Clock& clock)
        : connection_(connection), migrations_(migrations), clock_(clock) {}

    // Every migration that either side knows, by number. Changes nothing.
    Result<std::vector<Entry>> status();

    // Error conflict: a migration drifted or is missing; unsupported: the database is newer than
    // this binary. The message names the migrations. Changes nothing.
    Status verify();

    // What up() would run, in order. Errors as verify(). Changes nothing.
    Result<std::vector<Migration>> plan();

    // Runs what is pending, each migration in a transaction of its own and under a lock; who waited
    // for the lock sees what the other has done. Errors as verify(); too_many: the lock was not
    // free in time, the message names the holder where the database knows it; internal: a migration
    // failed, nothing of it is left and earlier ones stay.
    Result<UpReport> up(const UpOptions& options);

private:
    Result<std::vector<Entry>> recorded();
    Result<bool> step(const UpOptions& options, UpReport& report);
    Status apply(const Migration& migration, UpReport& report);

    db::Connection& connection_;
    std::span<const Migration> migrations_;
    const Clock& clock_;
};

// verify()'s judgement on a status.
Status check_states(const std::vector<Entry>& entries);

}  // namespace collab::schema
