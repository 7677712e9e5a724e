// SPDX-License-Identifier: Apache-2.0
#pragma once

// One connection to one database: what a driver implements. Handlers never see it, they get a Tx
// (tx.h); the writer, the readers and the migrator hold connections.
//
// SQL is written once in the dialect that SQLite and PostgreSQL share. Parameters are $1, $2, … and
// bound by that number, whatever order they appear in. `x IN IDS($1)` with a list parameter is
// rewritten by each driver. Column type names and identity columns differ only in lib/schema.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "db/value.h"

namespace collab::db {

enum class Dialect { sqlite, postgres };

// What a commit must survive (HACKING.md, "durability"): `must` a power loss, `crash` a kill -9.
enum class Durability { crash, must };

// A statement whose rows are fetched later.
using Ticket = std::uint64_t;

class Connection {
public:
    virtual ~Connection() = default;
    virtual Dialect dialect() const = 0;

    // Runs one statement and waits for its rows. Error conflict: a constraint; unavailable: the
    // database is gone or busy; internal: anything else. Inside a transaction an error leaves the
    // work since the last savepoint to be rolled back.
    virtual Result<Rows> query(std::string_view sql, const Values& values) = 0;

    // Runs a statement whose result nobody needs. PostgreSQL sends it with the next statement that
    // waits; its error then shows there, or at release() and commit().
    virtual Status run(std::string_view sql, const Values& values) = 0;

    // Starts a statement; several that do not depend on each other share one round trip.
    virtual Ticket send(std::string_view sql, const Values& values) = 0;
    // The rows of a ticket, once. Requires a ticket of the current transaction.
    virtual Result<Rows> receive(Ticket ticket) = 0;

    // A read-write transaction; SQLite takes the write lock at once.
    virtual Status begin(Durability durability) = 0;
    // A read-only transaction on one snapshot.
    virtual Status begin_read() = 0;
    // Savepoints nest. release(): the work since the innermost one stays, if the commit succeeds;
    // on an error it is still open.
    virtual Status savepoint() = 0;
    virtual Status release() = 0;
    // Undoes the work since the innermost `levels` savepoints, which are gone; the transaction goes
    // on. Requires that so many are open.
    virtual Status rollback_to(std::size_t levels) = 0;
    // Error unavailable after a lost connection: it may have happened or not.
    virtual Status commit() = 0;
    virtual void rollback() = 0;

    // False once the connection is lost; open another.
    virtual bool alive() const = 0;
    // True when the whole transaction is lost although the connection lives: SQLite rolled back by
    // itself, or PostgreSQL reported 40001 or 40P01. Its requests are then run one by one.
    virtual bool transaction_failed() const = 0;

    // Runs several statements separated by semicolons, without parameters (migrations).
    virtual Status run_script(std::string_view sql) = 0;

    // A number that is another one after rows of the table may have changed: by this connection,
    // by any other, or by a rollback. Who has read rows under it need not read them again while it
    // stays the same. Nothing where only a query would tell. Requires a read-write transaction; a
    // table with a name of its own in the schema.
    virtual std::optional<std::uint64_t> rows_version(std::string_view table) = 0;

    // Counted since the connection was opened, for tests and metrics.
    virtual std::uint64_t statements() const = 0;
    virtual std::uint64_t round_trips() const = 0;
};

}  // namespace collab::db
