// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a migration is written down, as SQL.

#include <cstdint>
#include <string>

#include "schema/migration.h"

namespace collab::schema {

// Makes the table of what was done unless it is there; the same on both databases.
extern const char* const kCreateTrackingTable;

// A migration as a script for psql or sqlite3 that does what Migrator::up() would do, in one
// transaction. `applied_at` in unix milliseconds is what it writes down as its time.
std::string as_script(const Migration& migration, std::int64_t applied_at);

// "0042 add_agent_events"
std::string title(int number, std::string_view name);

}  // namespace collab::schema
