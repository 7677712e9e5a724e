// SPDX-License-Identifier: Apache-2.0
// Transactions, savepoints and errors that show late, on both databases.
#include <gmock/gmock.h>

#include "db/connection.h"
#include "support/test_database.h"

namespace collab::db {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TransactionTest : public test::DatabaseTest {
protected:
    void SetUp() override {
        DatabaseTest::SetUp();
        if (IsSkipped()) return;
        ASSERT_TRUE(connection().run_script("CREATE TABLE things (id BIGINT PRIMARY KEY)").ok());
    }
    Status insert(std::int64_t id) {
        return connection().run("INSERT INTO things (id) VALUES ($1)", {id});
    }
    // As another connection sees it.
    std::vector<std::int64_t> committed() {
        const auto other = test_database().open();
        std::vector<std::int64_t> list;
        const auto rows = other->query("SELECT id FROM things ORDER BY id", {}).value();
        for (std::size_t i = 0; i < rows.size(); ++i) list.push_back(rows[i].integer(0));
        return list;
    }
};
COLLAB_DATABASE_SUITE(TransactionTest);

TEST_P(TransactionTest, CommitsOrUndoesAll) {
    for (const auto durability : {Durability::must, Durability::crash}) {
        ASSERT_TRUE(connection().begin(durability).ok());
        ASSERT_TRUE(insert(durability == Durability::must ? 1 : 2).ok());
        ASSERT_TRUE(connection().commit().ok());
    }
    ASSERT_TRUE(connection().begin(Durability::must).ok());
    ASSERT_TRUE(insert(3).ok());
    connection().rollback();
    EXPECT_THAT(committed(), ElementsAre(1, 2));
}

TEST_P(TransactionTest, IsolatesAFailingRequestByItsSavepoint) {
    auto& c = connection();
    ASSERT_TRUE(c.begin(Durability::must).ok());
    ASSERT_TRUE(c.savepoint().ok());
    ASSERT_TRUE(insert(1).ok());
    ASSERT_TRUE(c.release().ok());

    ASSERT_TRUE(c.savepoint().ok());
    ASSERT_TRUE(insert(2).ok());
    const auto twice = c.query("INSERT INTO things (id) VALUES (1)", {});
    ASSERT_FALSE(twice.ok());
    EXPECT_EQ(twice.error().code, ErrorCode::conflict);
    EXPECT_FALSE(c.transaction_failed());
    ASSERT_TRUE(c.rollback_to(1).ok());

    ASSERT_TRUE(c.savepoint().ok());
    ASSERT_TRUE(c.query("INSERT INTO things (id) VALUES (3) RETURNING id", {}).ok());
    ASSERT_TRUE(c.release().ok());
    ASSERT_TRUE(c.commit().ok());
    EXPECT_THAT(committed(), ElementsAre(1, 3));
}

TEST_P(TransactionTest, UndoesSeveralNestedSavepointsAtOnce) {
    auto& c = connection();
    ASSERT_TRUE(c.begin(Durability::must).ok());
    for (int i = 1; i <= 3; ++i) {
        ASSERT_TRUE(c.savepoint().ok());
        ASSERT_TRUE(insert(i).ok());
    }
    ASSERT_TRUE(c.rollback_to(2).ok());
    ASSERT_TRUE(c.savepoint().ok());
    ASSERT_TRUE(insert(4).ok());
    ASSERT_TRUE(c.release().ok());
    ASSERT_TRUE(c.release().ok());
    ASSERT_TRUE(c.commit().ok());
    EXPECT_THAT(committed(), ElementsAre(1, 4));
}

TEST_P(TransactionTest, ShowsTheErrorOfARunAtLatestAtRelease) {
    auto& c = connection();
    ASSERT_TRUE(c.begin(Durability::must).ok());
    ASSERT_TRUE(insert(1).ok());
    ASSERT_TRUE(c.savepoint().ok());
    Status failed = insert(1);
    if (failed.ok()) failed = c.release();
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().code, ErrorCode::conflict);
    ASSERT_TRUE(c.rollback_to(1).ok());
    ASSERT_TRUE(c.commit().ok());
    EXPECT_THAT(committed(), ElementsAre(1));
}

TEST_P(TransactionTest, ShowsTheErrorOfARunAtTheNextQuery) {
    auto& c = connection();
    ASSERT_TRUE(c.begin(Durability::must).ok());
    ASSERT_TRUE(c.savepoint().ok());
    Status failed = insert(1);
    ASSERT_TRUE(failed.ok());
    failed = insert(1);
    if (failed.ok()) {
        const auto rows = c.query("SELECT count(*) FROM things", {});
        ASSERT_FALSE(rows.ok());
        failed = rows.error();
    }
    EXPECT_EQ(failed.error().code, ErrorCode::conflict);
    ASSERT_TRUE(c.rollback_to(1).ok());
    EXPECT_EQ(c.query("SELECT count(*) FROM things", {}).value()[0].integer(0), 0);
    ASSERT_TRUE(c.commit().ok());
}

TEST_P(TransactionTest, GoesOnAfterARequestThatGaveUpWithStatementsUnderWay) {
    auto& c = connection();
    ASSERT_TRUE(c.begin(Durability::must).ok());
    ASSERT_TRUE(c.savepoint().ok());
    (void)insert(1);
    (void)insert(1);                                // fails, and nobody has looked yet
    (void)c.run("UPDATE things SET id = $1", {5});  // a statement that never gets to be prepared
    ASSERT_TRUE(c.rollback_to(1).ok());
    ASSERT_TRUE(c.savepoint().ok());
    ASSERT_TRUE(insert(7).ok());
    ASSERT_TRUE(c.run("UPDATE things SET id = $1", {8}).ok());
    ASSERT_TRUE(c.release().ok());
    ASSERT_TRUE(c.commit().ok());
    EXPECT_THAT(committed(), ElementsAre(8));
}

TEST_P(TransactionTest, NeverCommitsWhatFailed) {
    auto& c = connection();
    ASSERT_TRUE(c.begin(Durability::must).ok());
    ASSERT_TRUE(insert(1).ok());
    Status failed = insert(1);
    if (failed.ok())
        failed = c.commit();
    else
        c.rollback();
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().code, ErrorCode::conflict);
    EXPECT_THAT(committed(), IsEmpty());

    ASSERT_TRUE(c.begin(Durability::must).ok());
    ASSERT_TRUE(insert(2).ok());
    ASSERT_TRUE(c.commit().ok());
    EXPECT_THAT(committed(), ElementsAre(2));
}

TEST_P(TransactionTest, AnswersTicketsInAnyOrder) {
    auto& c = connection();
    ASSERT_TRUE(c.begin(Durability::must).ok());
    const auto first = c.send("SELECT 1", {});
    const auto second = c.send("SELECT 2", {});
    EXPECT_EQ(c.receive(second).value()[0].integer(0), 2);
    EXPECT_EQ(c.receive(first).value()[0].integer(0), 1);
    ASSERT_TRUE(c.commit().ok());
}

TEST_P(TransactionTest, GivesEachTicketItsOwnRowsOrError) {
    auto& c = connection();
    ASSERT_TRUE(c.begin(Durability::must).ok());
    ASSERT_TRUE(c.savepoint().ok());
    const auto good = c.send("SELECT 1", {});
    const auto bad = c.send("SELECT * FROM nowhere", {});
    EXPECT_EQ(c.receive(good).value()[0].integer(0), 1);
    EXPECT_FALSE(c.receive(bad).ok());
    ASSERT_TRUE(c.rollback_to(1).ok());
    ASSERT_TRUE(insert(1).ok());
    ASSERT_TRUE(c.commit().ok());
    EXPECT_THAT(committed(), ElementsAre(1));
}

TEST_P(TransactionTest, ReadsOneSnapshotWhateverOthersCommit) {
    const auto reader = test_database().database().open_reader().value();
    const char* count = "SELECT count(*) FROM things";
    ASSERT_TRUE(reader->begin_read().ok());
    EXPECT_EQ(reader->query(count, {}).value()[0].integer(0), 0);
    ASSERT_TRUE(insert(1).ok());
    EXPECT_EQ(reader->query(count, {}).value()[0].integer(0), 0);
    reader->rollback();
    EXPECT_EQ(reader->query(count, {}).value()[0].integer(0), 1);
}

TEST_P(TransactionTest, RefusesToWriteWhileReading) {
    const auto reader = test_database().database().open_reader().value();
    ASSERT_TRUE(reader->begin_read().ok());
    EXPECT_FALSE(reader->query("INSERT INTO things (id) VALUES (1)", {}).ok());
    reader->rollback();
    EXPECT_THAT(committed(), IsEmpty());
}

}  // namespace
}  // namespace collab::db
