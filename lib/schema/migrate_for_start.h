// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the server does about migrations before it serves (decisions 20).

#include "base/clock.h"
#include "db/database.h"
#include "schema/migrator.h"

namespace collab::schema {

// `connection` is one of `database`, and the very one that will be used if it is in memory.
// SQLite is always migrated, after a backup when it held something; PostgreSQL when
// `postgres_auto`. Errors as Migrator::up(), and unsupported: migrations are pending on PostgreSQL
// or the database is newer; the message names them, and the server exits 8.
Result<UpReport> migrate_for_start(const db::Database& database, db::Connection& connection,
                                   bool postgres_auto, const Clock& clock);

}  // namespace collab::schema
