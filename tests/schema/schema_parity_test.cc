// SPDX-License-Identifier: Apache-2.0
// The two dialects of a migration must say the same thing.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "db/tx.h"
#include "schema/migration.h"
#include "support/test_database.h"

namespace collab::schema {
namespace {

using Column = std::pair<std::string, bool>;  // name, may be null
using Tables = std::map<std::string, std::set<Column>>;

TEST(SchemaParity, BothDialectsHaveTheSameMigrations) {
    const auto sqlite = embedded_migrations(db::Dialect::sqlite);
    const auto postgres = embedded_migrations(db::Dialect::postgres);
    ASSERT_EQ(sqlite.size(), postgres.size());
    for (std::size_t i = 0; i < sqlite.size(); ++i) {
        EXPECT_EQ(sqlite[i].number, static_cast<int>(i) + 1);
        EXPECT_EQ(postgres[i].number, sqlite[i].number);
        EXPECT_EQ(postgres[i].name, sqlite[i].name);
        EXPECT_EQ(sqlite[i].checksum.size(), 64u);
    }
}

Tables read(db::Connection& connection, const char* sql) {
    Tables tables;
    const auto rows = connection.query(sql, {});
    EXPECT_TRUE(rows.ok()) << rows.error().message;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const auto row = (*rows)[i];
        tables[row.text(0)].insert({row.text(1), row.boolean(2)});
    }
    return tables;
}

TEST(SchemaParity, BothDialectsMakeTheSameTablesAndColumns) {
    if (const auto reason = test::why_skipped(test::Engine::postgres)) GTEST_SKIP() << *reason;
    test::TestDatabase sqlite(test::Engine::sqlite_in_memory);
    test::TestDatabase postgres(test::Engine::postgres);
    const auto ours = read(sqlite.connection(),
                           "SELECT m.name, c.name, c.\"notnull\" = 0 AND c.pk = 0"
                           " FROM sqlite_master m JOIN pragma_table_info(m.name) c"
                           " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'");
    const auto theirs = read(postgres.connection(),
                             "SELECT table_name::text, column_name::text, is_nullable = 'YES'"
                             " FROM information_schema.columns WHERE table_schema = 'public'");
    EXPECT_GT(ours.size(), 20u);
    EXPECT_EQ(ours, theirs);
}

TEST(SchemaParity, BothDialectsMakeTheSameIndexes) {
    if (const auto reason = test::why_skipped(test::Engine::postgres)) GTEST_SKIP() << *reason;
    test::TestDatabase sqlite(test::Engine::sqlite_in_memory);
    test::TestDatabase postgres(test::Engine::postgres);
    const auto ours = read(sqlite.connection(),
                           "SELECT tbl_name, name, sql LIKE 'CREATE UNIQUE%' FROM sqlite_master"
                           " WHERE type = 'index' AND name LIKE 'index_%'");
    const auto theirs = read(postgres.connection(),
                             "SELECT tablename::text, indexname::text,"
                             " indexdef LIKE 'CREATE UNIQUE%' FROM pg_indexes"
                             " WHERE indexname LIKE 'index_%'");
    EXPECT_EQ(ours, theirs);
}

}  // namespace
}  // namespace collab::schema
