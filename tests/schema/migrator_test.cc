// SPDX-License-Identifier: Apache-2.0
#include "schema/migrator.h"

#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "db/tx.h"
#include "schema/migrate_for_start.h"
#include "support/test_database.h"

namespace collab::schema {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Migration kCats{1, "cats", "CREATE TABLE cats (name TEXT NOT NULL);", "c1"};
constexpr Migration kDogs{2, "dogs",
                          "CREATE TABLE dogs (name TEXT NOT NULL);\n"
                          "INSERT INTO dogs (name) VALUES ('Rex');",
                          "d2"};
constexpr Migration kBroken{2, "broken",
                            "CREATE TABLE half (name TEXT);\n"
                            "INSERT INTO nowhere (name) VALUES ('x');",
                            "b2"};

class MigratorTest : public test::DatabaseTest {
protected:
    MigratorTest() : DatabaseTest(test::TestDatabase::Content::empty) {}

    Migrator with(const std::vector<Migration>& migrations) {
        return {connection(), migrations_ = migrations, clock_};
    }
    std::vector<State> states(Migrator migrator) {
        std::vector<State> list;
        const auto entries = migrator.status().value();
        for (const auto& entry : entries) list.push_back(entry.state);
        return list;
    }
    std::int64_t count(const char* sql) {
        return connection().query(sql, {}).value()[0].integer(0);
    }
    std::string file() { return test_database().database().path(); }
    void migrate_to(const std::vector<Migration>& migrations) {
        UpOptions options;
        if (!on_postgres()) options.backup_of = file();
        const auto done = with(migrations).up(options);
        ASSERT_TRUE(done.ok()) << done.error().message;
        backup_ = done->backup;
    }

    SystemClock clock_;
    std::vector<Migration> migrations_;
    std::string backup_;
};
COLLAB_DATABASE_SUITE(MigratorTest);

TEST_P(MigratorTest, AppliesWhatIsPendingOnceAndInOrder) {
    EXPECT_THAT(states(with({kCats, kDogs})), ElementsAre(State::pending, State::pending));

    const auto first = with({kCats, kDogs}).up({});
    ASSERT_TRUE(first.ok()) << first.error().message;
    ASSERT_EQ(first->applied.size(), 2u);
    EXPECT_EQ(first->applied[0].name, "cats");
    EXPECT_EQ(first->applied[1].name, "dogs");
    EXPECT_EQ(count("SELECT count(*) FROM dogs"), 1);

    const auto second = with({kCats, kDogs}).up({});
    ASSERT_TRUE(second.ok()) << second.error().message;
    EXPECT_THAT(second->applied, IsEmpty());
    EXPECT_EQ(count("SELECT count(*) FROM dogs"), 1);
    EXPECT_THAT(states(with({kCats, kDogs})), ElementsAre(State::applied, State::applied));
}

TEST_P(MigratorTest, WritesDownWhatItDid) {
    migrate_to({kCats});
    const auto entries = with({kCats}).status().value();
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_EQ(entries[0].name, "cats");
    EXPECT_EQ(entries[0].checksum, "c1");
    EXPECT_NEAR(static_cast<double>(*entries[0].applied_at),
                static_cast<double>(unix_ms(clock_.wall_now())), 60'000);
    EXPECT_GE(*entries[0].duration_ms, 0);
}

TEST_P(MigratorTest, PlansWithoutTouchingAnything) {
    const auto plan = with({kCats, kDogs}).plan();
    ASSERT_TRUE(plan.ok());
    ASSERT_EQ(plan->size(), 2u);
    EXPECT_THAT(states(with({kCats})), ElementsAre(State::pending));
    EXPECT_FALSE(connection().query("SELECT * FROM schema_migrations", {}).ok());
}

TEST_P(MigratorTest, LeavesNothingOfAFailedMigrationAndKeepsTheEarlierOnes) {
    const auto done = with({kCats, kBroken}).up({});
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, ErrorCode::internal);
    EXPECT_THAT(done.error().message, HasSubstr("migration 0002 broken failed"));
    EXPECT_THAT(done.error().message, HasSubstr("line 2"));
    EXPECT_THAT(done.error().message, HasSubstr("nowhere"));
    EXPECT_THAT(states(with({kCats, kBroken})), ElementsAre(State::applied, State::pending));
    EXPECT_EQ(count("SELECT count(*) FROM cats"), 0);
    EXPECT_FALSE(connection().query("SELECT * FROM half", {}).ok());

    // A corrected binary goes on from there.
    migrate_to({kCats, kDogs});
    EXPECT_EQ(count("SELECT count(*) FROM dogs"), 1);
}

TEST_P(MigratorTest, RefusesADriftedMigration) {
    migrate_to({kCats});
    Migration changed = kCats;
    changed.checksum = "other";
    EXPECT_THAT(states(with({changed, kDogs})), ElementsAre(State::drifted, State::pending));
    const auto done = with({changed, kDogs}).up({});
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, ErrorCode::conflict);
    EXPECT_THAT(done.error().message, HasSubstr("0001 cats"));
    EXPECT_FALSE(connection().query("SELECT * FROM dogs", {}).ok());
}

TEST_P(MigratorTest, RefusesADatabaseOfANewerProgram) {
    migrate_to({kCats, kDogs});
    EXPECT_THAT(states(with({kCats})), ElementsAre(State::applied, State::future));
    const auto verified = with({kCats}).verify();
    ASSERT_FALSE(verified.ok());
    EXPECT_EQ(verified.error().code, ErrorCode::unsupported);
    EXPECT_THAT(verified.error().message, HasSubstr("up to 1: it has 0002 dogs"));
}

TEST_P(MigratorTest, NoticesAMigrationThatThisProgramNeverHad) {
    migrate_to({kCats, kDogs});
    EXPECT_THAT(states(with({kDogs})), ElementsAre(State::missing, State::applied));
    EXPECT_EQ(with({kDogs}).verify().error().code, ErrorCode::conflict);
}

TEST_P(MigratorTest, LetsTwoMigratorsRaceAndTheLoserSeesItDone) {
    const std::vector<Migration> migrations{kCats, kDogs};
    constexpr int kRacers = 4;
    std::vector<std::unique_ptr<db::Connection>> connections;
    for (int i = 0; i < kRacers; ++i) connections.push_back(test_database().open());
    std::vector<std::optional<Result<UpReport>>> results(kRacers);
    std::vector<std::thread> threads;
    for (int i = 0; i < kRacers; ++i) {
        threads.emplace_back(
            [&, i] { results[i] = Migrator(*connections[i], migrations, clock_).up({}); });
    }
    for (auto& thread : threads) thread.join();
    std::size_t applied = 0;
    for (const auto& result : results) {
        ASSERT_TRUE(result->ok()) << result->error().message;
        applied += result->value().applied.size();
    }
    EXPECT_EQ(applied, 2u);
    EXPECT_EQ(count("SELECT count(*) FROM dogs"), 1);
}

TEST_P(MigratorTest, GivesUpWhenAnotherHoldsTheLockTooLong) {
    const auto other = test_database().open();
    ASSERT_TRUE(other->begin(db::Durability::must).ok());
    if (on_postgres()) {
        ASSERT_TRUE(other->query("SELECT pg_advisory_xact_lock(109330211561826)", {}).ok());
    }
    UpOptions options;
    options.lock_timeout = std::chrono::milliseconds(50);
    const auto done = with({kCats}).up(options);
    other->rollback();
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, ErrorCode::too_many);
    EXPECT_THAT(done.error().message, HasSubstr("another migration is running"));
    if (on_postgres()) {
        EXPECT_THAT(done.error().message, HasSubstr("(process "));
    }
    migrate_to({kCats});
}

// PostgreSQL is backed up by pg_dump.
class SqliteMigratorTest : public MigratorTest {};
INSTANTIATE_TEST_SUITE_P(On, SqliteMigratorTest, testing::Values(test::Engine::sqlite),
                         test::engine_name);

TEST_P(SqliteMigratorTest, ChangesAnEmptySqliteFileWithoutABackup) {
    migrate_to({kCats});
    EXPECT_EQ(backup_, "");
}

TEST_P(SqliteMigratorTest, BacksUpWhatTheSqliteFileHeld) {
    migrate_to({kCats});
    ASSERT_TRUE(connection().run_script("INSERT INTO cats (name) VALUES ('Tom')").ok());
    migrate_to({kCats, kDogs});
    EXPECT_EQ(backup_, file() + ".pre-0002.bak");
    const auto copy = db::Database::parse("sqlite:" + backup_)->open().value();
    EXPECT_EQ(copy->query("SELECT count(*) FROM cats", {}).value().size(), 1u);
    EXPECT_FALSE(copy->query("SELECT * FROM dogs", {}).ok());
}

TEST_P(SqliteMigratorTest, KeepsTheThreeNewestBackups) {
    std::vector<Migration> migrations{kCats};
    for (int number = 2; number <= 6; ++number) {
        migrate_to(migrations);
        migrations.push_back({number, "nothing", "SELECT 1;", "n"});
    }
    migrate_to(migrations);
    const auto exists = [&](const char* suffix) {
        return std::filesystem::exists(file() + suffix);
    };
    EXPECT_FALSE(exists(".pre-0002.bak"));
    EXPECT_FALSE(exists(".pre-0003.bak"));
    EXPECT_TRUE(exists(".pre-0004.bak"));
    EXPECT_TRUE(exists(".pre-0006.bak"));
}

TEST_P(MigratorTest, StartsAServerOnSqliteAlwaysAndOnPostgresWhenTold) {
    const auto& database = test_database().database();
    const auto checked = migrate_for_start(database, connection(), false, clock_);
    if (on_postgres()) {
        ASSERT_FALSE(checked.ok());
        EXPECT_EQ(checked.error().code, ErrorCode::unsupported);
        EXPECT_THAT(checked.error().message, HasSubstr("first"));
        EXPECT_THAT(checked.error().message, HasSubstr("collab-migrate up"));
    } else {
        ASSERT_TRUE(checked.ok()) << checked.error().message;
    }
    const auto automatic = migrate_for_start(database, connection(), true, clock_);
    ASSERT_TRUE(automatic.ok()) << automatic.error().message;
    EXPECT_TRUE(migrate_for_start(database, connection(), false, clock_).ok());
    EXPECT_EQ(count("SELECT count(*) FROM users"), 0);
}

}  // namespace
}  // namespace collab::schema
