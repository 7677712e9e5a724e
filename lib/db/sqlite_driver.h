// SPDX-License-Identifier: Apache-2.0
#pragma once

// SQLite behind db::Connection: WAL, foreign keys on, statements cached. Thread: one at a time.

#include <memory>
#include <string>

#include "db/connection.h"

namespace collab::db {

enum class SqliteMode { create, existing, read_only };

Result<std::unique_ptr<Connection>> open_sqlite(const std::string& path, SqliteMode mode);

}  // namespace collab::db
