// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <set>

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

class SqliteRowsVersion : public testing::Test {
protected:
    void SetUp() override {
        const Status created = connection.run_script(
            "CREATE TABLE parents (id BIGINT PRIMARY KEY);"
            "CREATE TABLE children (parent BIGINT REFERENCES parents (id)"
            " ON DELETE CASCADE);"
            "CREATE TABLE others (id BIGINT)");
        ASSERT_TRUE(created.ok());
        begin();
        run("INSERT INTO parents VALUES (1)");
        run("INSERT INTO children VALUES (1)");
        next_transaction();
    }

    void begin() { ASSERT_TRUE(connection.begin(Durability::must).ok()); }
    void run(std::string_view sql) { ASSERT_TRUE(connection.run(sql, {}).ok()); }
    void next_transaction() {
        ASSERT_TRUE(connection.commit().ok());
        begin();
    }
    std::uint64_t version() { return connection.rows_version("children").value(); }

    test::TestDatabase database{test::Engine::sqlite};
    Connection& connection = database.connection();
};

TEST_F(SqliteRowsVersion, StaysWhileNothingOfTheTableChanges) {
    const auto before = version();
    run("INSERT INTO others VALUES (1)");
    ASSERT_TRUE(connection.query("SELECT * FROM children", {}).ok());
    next_transaction();
    EXPECT_EQ(version(), before);
}

TEST_F(SqliteRowsVersion, ChangesWithEveryChangeOfTheTable) {
    std::set<std::uint64_t> versions = {version()};
    for (int i = 0; i < 2; ++i) {
        run("INSERT INTO children VALUES (1)");
        versions.insert(version());
        run("UPDATE children SET parent = NULL");
        versions.insert(version());
        run("DELETE FROM children");
        versions.insert(version());
    }
    EXPECT_EQ(versions.size(), 7u);
}

TEST_F(SqliteRowsVersion, ChangesWithWhatForeignKeysDo) {
    const auto before = version();
    run("DELETE FROM parents");
    EXPECT_EQ(connection.query("SELECT * FROM children", {}).value().size(), 0u);
    EXPECT_NE(version(), before);
}

TEST_F(SqliteRowsVersion, ChangesWithEveryRollback) {
    const auto before = version();
    ASSERT_TRUE(connection.savepoint().ok());
    run("INSERT INTO children VALUES (1)");
    const auto inside = version();
    ASSERT_TRUE(connection.rollback_to(1).ok());
    const auto after = version();
    EXPECT_NE(inside, before);
    EXPECT_NE(after, inside);
    EXPECT_NE(after, before);
    connection.rollback();
    begin();
    EXPECT_NE(version(), after);
}

TEST_F(SqliteRowsVersion, ChangesWhenSomebodyElseCommits) {
    const auto before = version();
    ASSERT_TRUE(connection.commit().ok());
    const auto other = database.open();
    ASSERT_TRUE(other->run("INSERT INTO children VALUES (1)", {}).ok());
    begin();
    EXPECT_NE(version(), before);
}

TEST_F(SqliteRowsVersion, IsNeverThatOfAnotherConnection) {
    const auto other = database.open();
    ASSERT_TRUE(connection.commit().ok());
    ASSERT_TRUE(other->begin(Durability::must).ok());
    EXPECT_NE(other->rows_version("children").value(), version());
}

}  // namespace
}  // namespace collab::db
