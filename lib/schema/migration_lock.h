// SPDX-License-Identifier: Apache-2.0
#pragma once

// One migrator at a time per database.

#include <chrono>

#include "base/result.h"
#include "db/connection.h"

namespace collab::schema {

// Begins a transaction that holds the migration lock until it ends. Waits at most `timeout`.
// Error too_many: another has it, named where the database knows; no transaction is open then.
Status begin_locked(db::Connection& connection, std::chrono::milliseconds timeout);

}  // namespace collab::schema
