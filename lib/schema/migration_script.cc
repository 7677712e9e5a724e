// SPDX-License-Identifier: Apache-2.0
#include "schema/migration_script.h"

#include <cstdio>

namespace collab::schema {

const char* const kCreateTrackingTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL,"
    " checksum TEXT NOT NULL, applied_at BIGINT NOT NULL, duration_ms BIGINT NOT NULL)";

std::string as_script(const Migration& migration, std::int64_t applied_at) {
    const auto quoted = [](std::string_view text) { return "'" + std::string(text) + "'"; };
    std::string script = "-- " + title(migration.number, migration.name) + "\nBEGIN;\n";
    script.append(migration.sql);
    if (!script.ends_with('\n')) script += '\n';
    script += std::string(kCreateTrackingTable) + ";\n";
    script +=
        "INSERT INTO schema_migrations (number, name, checksum, applied_at, duration_ms)\n"
        "    VALUES (" +
        std::to_string(migration.number) + ", " + quoted(migration.name) + ",\n    " +
        quoted(migration.checksum) + ",\n    " + std::to_string(applied_at) + ", 0);\n";
    return script + "COMMIT;\n";
}

std::string title(int number, std::string_view name) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%04d ", number);
    return digits + std::string(name);
}

}  // namespace collab::schema
