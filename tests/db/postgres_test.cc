// SPDX-License-Identifier: Apache-2.0
// What only PostgreSQL can do wrong: round trips, lost and frozen servers, deadlocks.
#include <gmock/gmock.h>

#include "db/postgres_driver.h"
#include "support/test_database.h"

namespace collab::db {
namespace {

using testing::HasSubstr;

class PostgresTest : public testing::Test {
protected:
    void SetUp() override {
        if (const auto reason = test::why_skipped(test::Engine::postgres)) GTEST_SKIP() << *reason;
        database_.emplace(test::Engine::postgres, test::TestDatabase::Content::empty);
        ASSERT_TRUE(
            connection().run_script("CREATE TABLE things (id BIGINT PRIMARY KEY, n BIGINT)").ok());
    }
    Connection& connection() { return database_->connection(); }
    std::uint64_t trips_since(std::uint64_t before) { return connection().round_trips() - before; }

    std::optional<test::TestDatabase> database_;
};

TEST_F(PostgresTest, CarriesAWholeBatchInThreeRoundTrips) {
    auto& c = connection();
    const auto before = c.round_trips();
    ASSERT_TRUE(c.begin(Durability::crash).ok());
    ASSERT_TRUE(c.savepoint().ok());
    ASSERT_TRUE(c.query("SELECT count(*) FROM things", {}).ok());
    EXPECT_EQ(trips_since(before), 1u);
    ASSERT_TRUE(c.run("INSERT INTO things VALUES ($1, $2)", {1, 1}).ok());
    ASSERT_TRUE(c.run("INSERT INTO things VALUES ($1, $2)", {2, 2}).ok());
    ASSERT_TRUE(c.release().ok());
    EXPECT_EQ(trips_since(before), 2u);
    ASSERT_TRUE(c.commit().ok());
    EXPECT_EQ(trips_since(before), 3u);
}

TEST_F(PostgresTest, ReleasesWithoutWaitingWhatHasBeenAnswered) {
    auto& c = connection();
    const auto before = c.round_trips();
    ASSERT_TRUE(c.begin(Durability::must).ok());
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(c.savepoint().ok());
        ASSERT_TRUE(c.query("SELECT 1", {}).ok());
        ASSERT_TRUE(c.release().ok());
    }
    ASSERT_TRUE(c.commit().ok());
    EXPECT_EQ(trips_since(before), 4u);
}

TEST_F(PostgresTest, NeverTakesAnOlderSavepointForOneThatAnErrorPrevented) {
    auto& c = connection();
    const auto insert = [&](int id) { return c.run("INSERT INTO things VALUES ($1, 0)", {id}); };
    ASSERT_TRUE(c.begin(Durability::must).ok());
    ASSERT_TRUE(c.savepoint().ok());
    ASSERT_TRUE(insert(1).ok());
    ASSERT_TRUE(insert(1).ok());      // fails, and nobody has looked yet
    ASSERT_TRUE(c.savepoint().ok());  // so this is not run
    ASSERT_TRUE(c.rollback_to(1).ok());
    ASSERT_TRUE(c.savepoint().ok());
    EXPECT_FALSE(c.query("SELECT 1", {}).ok());
    ASSERT_TRUE(c.rollback_to(1).ok());
    ASSERT_TRUE(c.release().ok());
    ASSERT_TRUE(c.savepoint().ok());
    EXPECT_FALSE(c.query("SELECT 2", {}).ok());
    ASSERT_TRUE(c.rollback_to(1).ok());
    EXPECT_FALSE(c.commit().ok());
    EXPECT_EQ(c.query("SELECT count(*) FROM things", {}).value()[0].integer(0), 0);
}

TEST_F(PostgresTest, SharesOneRoundTripAmongTickets) {
    auto& c = connection();
    ASSERT_TRUE(c.begin_read().ok());
    const auto before = c.round_trips();
    const auto first = c.send("SELECT 1", {});
    const auto second = c.send("SELECT 2", {});
    ASSERT_TRUE(c.receive(first).ok());
    ASSERT_TRUE(c.receive(second).ok());
    EXPECT_EQ(trips_since(before), 1u);
    ASSERT_TRUE(c.commit().ok());
}

TEST_F(PostgresTest, PreparesAStatementOnce) {
    auto& c = connection();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(c.query("SELECT $1 + 1", {i}).ok());
    const auto prepared = c.query(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1 + 1'", {});
    EXPECT_EQ(prepared.value()[0].integer(0), 1);
}

TEST_F(PostgresTest, SyncsToDiskExactlyWhatMustSurviveAPowerLoss) {
    auto& c = connection();
    ASSERT_TRUE(c.run_script("SET synchronous_commit = on").ok());
    const auto setting = [&] {
        return c.query("SELECT current_setting('synchronous_commit')", {}).value()[0].text(0);
    };
    ASSERT_TRUE(c.begin(Durability::crash).ok());
    EXPECT_EQ(setting(), "off");
    ASSERT_TRUE(c.commit().ok());
    ASSERT_TRUE(c.begin(Durability::must).ok());
    EXPECT_EQ(setting(), "on");
    ASSERT_TRUE(c.commit().ok());
}

TEST_F(PostgresTest, NoticesALostConnection) {
    auto& c = connection();
    const auto pid = c.query("SELECT pg_backend_pid()", {}).value()[0].integer(0);
    ASSERT_TRUE(c.begin(Durability::must).ok());
    ASSERT_TRUE(c.savepoint().ok());
    ASSERT_TRUE(c.query("INSERT INTO things VALUES (1, 1)", {}).ok());
    const auto other = database_->open();
    ASSERT_TRUE(
        other->run_script("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 5000)").ok());

    const auto lost = c.query("SELECT 1", {});
    ASSERT_FALSE(lost.ok());
    EXPECT_EQ(lost.error().code, ErrorCode::unavailable);
    EXPECT_FALSE(c.alive());
    EXPECT_EQ(c.rollback_to(1).error().code, ErrorCode::unavailable);
    EXPECT_EQ(c.commit().error().code, ErrorCode::unavailable);
    EXPECT_EQ(c.begin(Durability::must).error().code, ErrorCode::unavailable);
    EXPECT_EQ(c.query("SELECT 1", {}).error().code, ErrorCode::unavailable);
    EXPECT_EQ(c.run_script("SELECT 1").error().code, ErrorCode::unavailable);
    EXPECT_EQ(other->query("SELECT count(*) FROM things", {}).value()[0].integer(0), 0);
}

TEST_F(PostgresTest, DoesNotWaitForEverForAServerThatSaysNothing) {
    auto& holder = connection();
    ASSERT_TRUE(holder.begin(Durability::must).ok());
    ASSERT_TRUE(holder.query("LOCK TABLE things", {}).ok());
    PostgresOptions options;
    options.answer_timeout = std::chrono::milliseconds(150);
    const auto waiting = open_postgres(database_->url(), options).value();
    const auto rows = waiting->query("SELECT * FROM things", {});
    ASSERT_FALSE(rows.ok());
    EXPECT_EQ(rows.error().code, ErrorCode::unavailable);
    EXPECT_THAT(rows.error().message, HasSubstr("no answer within 150 ms"));
    EXPECT_FALSE(waiting->alive());
    holder.rollback();
}

TEST_F(PostgresTest, AsksForTheWholeTransactionAgainAfterASerializationFailure) {
    auto& c = connection();
    ASSERT_TRUE(c.run_script("CREATE FUNCTION fail() RETURNS bigint LANGUAGE plpgsql AS"
                             " $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")
                    .ok());
    ASSERT_TRUE(c.begin(Durability::must).ok());
    const auto again = c.query("SELECT fail()", {});
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().code, ErrorCode::unavailable);
    EXPECT_TRUE(c.transaction_failed());
    EXPECT_TRUE(c.alive());
    c.rollback();
    ASSERT_TRUE(c.begin(Durability::must).ok());
    EXPECT_FALSE(c.transaction_failed());
    ASSERT_TRUE(c.commit().ok());
}

TEST_F(PostgresTest, RefusesATypeThatNoRowCanHold) {
    const auto sum = connection().query("SELECT sum(n) AS total FROM things", {});
    EXPECT_TRUE(sum.ok() && sum.value()[0].is_null(0));
    ASSERT_TRUE(connection().run_script("INSERT INTO things VALUES (1, 1)").ok());
    const auto total = connection().query("SELECT sum(n) AS total FROM things", {});
    ASSERT_FALSE(total.ok());
    EXPECT_EQ(total.error().code, ErrorCode::internal);
    EXPECT_THAT(total.error().message, HasSubstr("'total'"));
    EXPECT_EQ(connection().query("SELECT sum(n)::bigint FROM things", {}).value()[0].integer(0), 1);
}

TEST_F(PostgresTest, PrintsNoNotices) {
    testing::internal::CaptureStderr();
    ASSERT_TRUE(connection().run_script("DROP TABLE IF EXISTS no_such_table").ok());
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace collab::db
