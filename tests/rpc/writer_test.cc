// SPDX-License-Identifier: Apache-2.0
#include "rpc/writer.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

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

// A request that says beforehand what it needs.
struct Asked {
    std::string name;      // of the row that it writes
    bool fetches = true;   // its answer, or leaves it to the commit to find an error
    bool keeps = true;     // its promise to start nothing else
    bool promises = true;  // that
    bool fails = false;    // in the end
};

class AskedTogether : public WriterTest {
protected:
    // By request: how many rows there were before its own, and how many after it.
    std::vector<std::int64_t> before = std::vector<std::int64_t>(64, -1);
    std::vector<std::int64_t> after = std::vector<std::int64_t>(64, -1);
    std::vector<bool> done = std::vector<bool>(64, false);
    std::size_t submitted = 0;
    std::size_t answered = 0;

    static constexpr std::string_view kCount = "SELECT count(*) FROM notes_of_test";
    static constexpr std::string_view kInsert = "INSERT INTO notes_of_test (name) VALUES ($1)";
    struct Tickets {
        db::Ticket count;
        db::Ticket insert;
        Status run;
    };

    Status work(Call& call, const Asked& asked, const Tickets& tickets, std::size_t number) {
        const auto count = [](const db::Row& row) { return row.integer(0); };
        if (asked.fetches) {
            COLLAB_TRY(const auto found, call.tx.one(tickets.count, count));
            COLLAB_TRY([[maybe_unused]] const auto none, call.tx.one(tickets.insert, count));
            before[number] = found.value_or(-1);
        }
        COLLAB_DO(tickets.run);
        if (!asked.keeps) {
            COLLAB_TRY(const auto found, call.tx.one(kCount, {}, count));
            after[number] = found.value_or(-1);
        }
        if (asked.fails) return Error{ErrorCode::denied, "no"};
        return ok();
    }

    void submit(const Asked& asked) {
        const auto number = submitted++;
        const auto tickets = std::make_shared<Tickets>();
        writer->submit(
            {db::Durability::crash, nullptr, nullptr,
             [this, asked, tickets, number](Call& call) {
                 ++attempts;
                 return work(call, asked, *tickets, number);
             },
             [this, number](const Status& status, const Outbox&) {
                 EXPECT_EQ(number, answered++);
                 done[number] = status.ok();
             },
             [asked, tickets](Call& call) {
                 if (!asked.fetches) {
                     tickets->run = call.tx.run(kInsert, {asked.name});
                     return asked.promises;
                 }
                 *tickets = {call.tx.send(kCount, {}), call.tx.send(kInsert, {asked.name}), ok()};
                 return asked.promises;
             }});
    }
    std::vector<std::string> names() {
        std::vector<std::string> found;
        const auto rows = connection().query("SELECT name FROM notes_of_test ORDER BY name", {});
        for (std::size_t i = 0; i < rows->size(); ++i) found.push_back((*rows)[i].text(0));
        return found;
    }
    std::vector<bool> outcomes() {
        return {done.begin(), done.begin() + static_cast<int>(answered)};
    }
};

COLLAB_DATABASE_SUITE(AskedTogether);

using Names = std::vector<std::string>;
using Outcomes = std::vector<bool>;

TEST_P(AskedTogether, UndoesOnlyTheOneThatFails) {
    submit({.name = "a"});
    submit({.name = "b", .fails = true});
    submit({.name = "c"});
    executor.run();
    EXPECT_EQ(outcomes(), (Outcomes{true, false, true}));
    EXPECT_EQ(names(), (Names{"a", "c"}));
    EXPECT_EQ(before[2], 1) << "c must not have seen b";
    EXPECT_EQ(writer->delivered_seq(), 1u);
}

TEST_P(AskedTogether, BlamesOnlyTheOneWhoseStatementFails) {
    submit({.name = "a"});
    submit({.name = "a"});
    submit({.name = "b"});
    executor.run();
    EXPECT_EQ(outcomes(), (Outcomes{true, false, true}));
    EXPECT_EQ(names(), (Names{"a", "b"}));
}

TEST_P(AskedTogether, BlamesTheOneWhoseStatementFailsThoughItNeverLooked) {
    submit({.name = "a"});
    submit({.name = "a", .fetches = false});
    submit({.name = "b"});
    submit({.name = "c", .fetches = false});
    executor.run();
    EXPECT_EQ(outcomes(), (Outcomes{true, false, true, true}));
    EXPECT_EQ(names(), (Names{"a", "b", "c"}));
}

TEST_P(AskedTogether, RunsOneThatBreaksItsPromiseBeforeThoseAfterIt) {
    submit({.name = "a"});
    submit({.name = "b", .keeps = false});
    submit({.name = "c"});
    executor.run();
    EXPECT_EQ(outcomes(), (Outcomes{true, true, true}));
    EXPECT_EQ(after[1], 2) << "b must not have seen c";
    EXPECT_EQ(before[2], 2);
    EXPECT_EQ(writer->delivered_seq(), 1u);
}

TEST_P(AskedTogether, AreRepeatedWhenTheConnectionIsLostMeanwhile) {
    int losses = 1;
    faults.lose_connection = [&] { return attempts == 2 && losses-- > 0; };
    for (const auto* name : {"a", "b", "c"}) submit({.name = name});
    executor.advance(std::chrono::seconds(1));
    EXPECT_EQ(outcomes(), (Outcomes{true, true, true}));
    EXPECT_EQ(names(), (Names{"a", "b", "c"}));
}

// Whatever is mixed, it ends as if each had run alone, one after the other.
TEST_P(AskedTogether, EndAsIfTheyHadRunOneAfterTheOther) {
    std::mt19937 dice(1);
    const auto one_in = [&](unsigned n) { return dice() % n == 0; };
    for (int round = 0; round < 60; ++round) {
        ASSERT_TRUE(connection().query("DELETE FROM notes_of_test", {}).ok());
        submitted = answered = 0;
        before.assign(before.size(), -1);
        after.assign(after.size(), -1);
        std::vector<Asked> all;
        for (int i = 0; i < 24; ++i) {
            const bool keeps = !one_in(6);
            all.push_back({.name = std::to_string(dice() % 60),
                           .fetches = !one_in(4),
                           .keeps = keeps,
                           .promises = !one_in(3),
                           .fails = one_in(10)});
            submit(all.back());
        }
        executor.run();
        ASSERT_EQ(answered, all.size());
        std::set<std::string> rows;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool works = !all[i].fails && !rows.contains(all[i].name);
            ASSERT_EQ(done[i], works) << "round " << round << ", request " << i;
            const auto count = static_cast<std::int64_t>(rows.size());
            if (!works) continue;
            rows.insert(all[i].name);
            ASSERT_EQ(before[i], all[i].fetches ? count : -1);
            ASSERT_EQ(after[i], all[i].keeps ? -1 : count + 1);
        }
        ASSERT_EQ(names(), Names(rows.begin(), rows.end()));
    }
}

class AskedTogetherOnPostgres : public AskedTogether {};
COLLAB_POSTGRES_SUITE(AskedTogetherOnPostgres);

TEST_P(AskedTogetherOnPostgres, ShareARoundTrip) {
    submit({.name = "first"});
    executor.run();
    const auto trips = writer->round_trips();
    for (int i = 0; i < 10; ++i) submit({.name = std::to_string(i)});
    executor.run();
    EXPECT_EQ(writer->round_trips() - trips, 2u) << "one for all, one for the commit";
    EXPECT_EQ(rows(), 11);
}

TEST_P(AskedTogetherOnPostgres, TakeTheOneThatNeedsMoreAsTheirLast) {
    submit({.name = "first"});
    executor.run();
    const auto trips = writer->round_trips();
    for (int i = 0; i < 5; ++i) submit({.name = std::to_string(i)});
    submit({.name = "more", .keeps = false, .promises = false});
    executor.run();
    EXPECT_EQ(writer->round_trips() - trips, 3u);
    EXPECT_EQ(after[6], 7);
}

}  // namespace
}  // namespace collab::rpc
