// SPDX-License-Identifier: Apache-2.0
#include "schema/migrate_for_start.h"

namespace collab::schema {

Result<UpReport> migrate_for_start(const db::Database& database, db::Connection& connection,
                                   bool postgres_auto, const Clock& clock) {
    const bool sqlite = database.dialect() == db::Dialect::sqlite;
    Migrator migrator(connection, embedded_migrations(database.dialect()), clock);
    if (sqlite || postgres_auto) {
        UpOptions options;
        if (sqlite && !database.in_memory()) options.backup_of = database.path();
        return migrator.up(options);
    }
    COLLAB_TRY(const auto pending, migrator.plan());
    if (pending.empty()) return UpReport{};
    std::string names;
    for (const auto& migration : pending) {
        names += (names.empty() ? "" : ", ") + std::string(migration.name);
    }
    return Error{ErrorCode::unsupported, "the database lacks migrations (" + names +
                                             "): run 'collab-migrate up' or start with "
                                             "--migrate=auto"};
}

}  // namespace collab::schema
