// SPDX-License-Identifier: Apache-2.0
#pragma once

// The migrations that this binary carries; cmake/embed_sql.cmake writes the list.

#include <span>
#include <string_view>

#include "db/connection.h"

namespace collab::schema {

struct Migration {
    int number;
    std::string_view name;
    std::string_view sql;       // statements separated by semicolons
    std::string_view checksum;  // SHA-256 in hex, blind to line endings and trailing blank lines
};

// In rising order of number. Lives as long as the program. Thread: any.
std::span<const Migration> embedded_migrations(db::Dialect dialect);

}  // namespace collab::schema
