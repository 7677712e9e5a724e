// SPDX-License-Identifier: Apache-2.0
#include "rpc/writer.h"

#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "support/faulty_connection.h"
#include "support/test_database.h"

namespace collab::rpc {
namespace {

using test::Faults;

class WriterTest : public test::DatabaseTest {
protected:
    SimulatedExecutor executor{1};
    SeededRandom random{1};
    Settings settings;
    Services services;
    Faults faults;
    std::unique_ptr<Writer> writer;
    std::vector<std::string> log;  // what was done, in order
    int attempts = 0;

    void SetUp() override {
        test::DatabaseTest::SetUp();
        if (IsSkipped()) return;
        const auto rows = connection().query(
            "INSERT INTO servers (environment, seen_at) VALUES ('test', 0) RETURNING id", {});
        const ServerId server{(*rows)[0].integer(0)};
        ASSERT_TRUE(connection()
                        .query("INSERT INTO commit_seq (server_id, seq) VALUES ($1, 0)", {server})
                        .ok());
        ASSERT_TRUE(connection().run_script("CREATE TABLE notes_of_test (name TEXT UNIQUE)").ok());
        writer =
            std::make_unique<Writer>(executor, random, settings, services,
                                     [this]() -> Result<std::unique_ptr<db::Connection>> {
                                         if (faults.refuse_connect())
                                             return Error{ErrorCode::unavailable, "refused"};
                                         return test::make_faulty(test_database().open(), faults);
                                     });
        writer->set_server(server);
    }

    // Writes a row named `name`; an error when `fails`, after having written.
    void write(const std::string& name, bool fails = false,
               db::Durability durability = db::Durability::must) {
        writer->submit(
            {durability, nullptr, nullptr,
             [this, name, fails](Call& call) -> Status {
                 ++attempts;
                 COLLAB_DO(call.tx.run("INSERT INTO notes_of_test (name) VALUES ($1)", {name}));
                 call.outbox.effect([this, name](Live&) { log.push_back(name); });
                 if (fails) return Error{ErrorCode::denied, "no"};
                 return ok();
             },
             [this, name](Status status, Outbox outbox) {
                 log.push_back(name + (status.ok() ? " done" : " failed"));
                 effects += outbox.items().size();
             }});
    }
    std::int64_t rows() {
        return (*connection().query("SELECT count(*) FROM notes_of_test", {}))[0].integer(0);
    }
    std::size_t effects = 0;
};

COLLAB_DATABASE_SUITE(WriterTest);

TEST_P(WriterTest, CommitsRequestsInTheOrderInWhichTheyCame) {
    for (const auto* name : {"a", "b", "c"}) write(name);
    executor.run();
    EXPECT_EQ(log, (std::vector<std::string>{"a done", "b done", "c done"}));
    EXPECT_EQ(rows(), 3);
}

TEST_P(WriterTest, SharesOneCommitAmongRequestsThatWait) {
    for (int i = 0; i < 20; ++i) write(std::to_string(i));
    executor.run();
    EXPECT_EQ(writer->delivered_seq(), 1u);
}

TEST_P(WriterTest, KeepsTheClassesOfDurabilityApart) {
    write("a");
    write("b", false, db::Durability::crash);
    write("c", false, db::Durability::crash);
    executor.run();
    EXPECT_EQ(writer->delivered_seq(), 2u);
}

TEST_P(WriterTest, UndoesARequestThatFailsAndKeepsItsNeighbours) {
    write("a");
    write("b", /*fails=*/true);
    write("c");
    executor.run();
    EXPECT_EQ(log, (std::vector<std::string>{"a done", "b failed", "c done"}));
    EXPECT_EQ(rows(), 2);
    EXPECT_EQ(effects, 2u);
}

TEST_P(WriterTest, BlamesOnlyTheRequestWhoseStatementFails) {
    write("a");
    write("a");
    write("b");
    executor.run();
    EXPECT_EQ(log, (std::vector<std::string>{"a done", "a failed", "b done"}));
    EXPECT_EQ(rows(), 2);
}

TEST_P(WriterTest, RunsRequestsOneByOneWhenTheBatchIsLost) {
    int failures = 1;
    faults.transaction = [&] { return attempts == 2 && failures-- > 0; };
    for (const auto* name : {"a", "b", "c"}) write(name);
    executor.run();
    EXPECT_EQ(log, (std::vector<std::string>{"a done", "b done", "c done"}));
    EXPECT_EQ(rows(), 3);
}

TEST_P(WriterTest, DeliversACommitWhoseAnswerWasLostExactlyOnce) {
    int losses = 1;
    faults.commit = [&] {
        return losses-- > 0 ? Faults::Commit::lost_after : Faults::Commit::works;
    };
    for (const auto* name : {"a", "b"}) write(name);
    executor.advance(std::chrono::seconds(1));
    EXPECT_EQ(log, (std::vector<std::string>{"a done", "b done"}));
    EXPECT_EQ(attempts, 2);
    EXPECT_EQ(rows(), 2);
}

TEST_P(WriterTest, RepeatsACommitThatNeverArrived) {
    int losses = 1;
    faults.commit = [&] {
        return losses-- > 0 ? Faults::Commit::lost_before : Faults::Commit::works;
    };
    for (const auto* name : {"a", "b"}) write(name);
    executor.advance(std::chrono::seconds(1));
    EXPECT_EQ(log, (std::vector<std::string>{"a done", "b done"}));
    EXPECT_EQ(attempts, 4);
    EXPECT_EQ(rows(), 2);
}

TEST_P(WriterTest, WaitsForALostDatabaseButNotForEver) {
    bool down = true;
    faults.refuse_connect = [&] { return down; };
    write("early");
    executor.advance(std::chrono::seconds(5));
    EXPECT_TRUE(log.empty());
    executor.advance(std::chrono::seconds(6));
    EXPECT_EQ(log, (std::vector<std::string>{"early failed"}));
    write("late");
    executor.advance(std::chrono::seconds(5));
    down = false;
    executor.advance(std::chrono::seconds(1));
    EXPECT_EQ(log.back(), "late done");
    EXPECT_EQ(rows(), 1);
}

TEST_P(WriterTest, SurvivesAConnectionThatIsLostInTheMiddle) {
    int losses = 1;
    faults.lose_connection = [&] { return attempts == 2 && losses-- > 0; };
    for (const auto* name : {"a", "b", "c"}) write(name);
    executor.advance(std::chrono::seconds(1));
    EXPECT_EQ(log, (std::vector<std::string>{"a done", "b done", "c done"}));
    EXPECT_EQ(rows(), 3);
}

}  // namespace
}  // namespace collab::rpc
