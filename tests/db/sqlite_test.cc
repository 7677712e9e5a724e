// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "db/sqlite_backup.h"
#include "support/test_database.h"

namespace collab::db {
namespace {

TEST(SqliteBackup, CopiesWhatIsCommittedWhileAWriterIsAtWork) {
    test::TestDatabase original(test::Engine::sqlite);
    auto& writer = original.connection();
    ASSERT_TRUE(
        writer.run_script("CREATE TABLE things (id BIGINT); INSERT INTO things VALUES (1)").ok());
    ASSERT_TRUE(writer.begin(Durability::must).ok());
    ASSERT_TRUE(writer.run("INSERT INTO things VALUES (2)", {}).ok());

    const std::string target = original.database().path() + ".bak";
    const auto done = backup_sqlite(original.database().path(), target);
    ASSERT_TRUE(done.ok()) << done.error().message;
    ASSERT_TRUE(writer.commit().ok());

    const auto copy = Database::parse("sqlite:" + target)->open().value();
    const auto rows = copy->query("SELECT id FROM things", {}).value();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].integer(0), 1);
    struct stat info {};
    ASSERT_EQ(::stat(target.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(SqliteBackup, LeavesNothingBehindWhenItCannotRead) {
    const test::TemporaryFolder folder;
    const auto target = folder.path() / "copy.bak";
    const auto done = backup_sqlite((folder.path() / "missing.db").string(), target.string());
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, ErrorCode::unavailable);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Sqlite, KeepsAMemoryDatabaseInItsOneConnection) {
    test::TestDatabase memory(test::Engine::sqlite_in_memory);
    EXPECT_EQ(memory.connection().query("SELECT count(*) FROM users", {}).value()[0].integer(0), 0);
}

}  // namespace
}  // namespace collab::db
