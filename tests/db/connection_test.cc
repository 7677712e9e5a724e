// SPDX-License-Identifier: Apache-2.0
// What goes into a statement and comes out of it, on both databases.
#include <gmock/gmock.h>

#include <limits>

#include "db/tx.h"
#include "support/test_database.h"

namespace collab::db {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ConnectionTest : public test::DatabaseTest {
protected:
    void SetUp() override {
        DatabaseTest::SetUp();
        if (IsSkipped()) return;
        const std::string blob = on_postgres() ? "BYTEA" : "BLOB";
        ASSERT_TRUE(connection()
                        .run_script("CREATE TABLE things (id BIGINT PRIMARY KEY, label TEXT,"
                                    " flag BOOLEAN, bytes " +
                                    blob + ", small INTEGER)")
                        .ok());
    }
    Rows query(std::string_view sql, const Values& values = {}) {
        auto rows = connection().query(sql, values);
        EXPECT_TRUE(rows.ok()) << rows.error().message;
        return rows.ok() ? *std::move(rows) : Rows{};
    }
    void insert(std::int64_t id, const Value& label = nullptr) {
        query("INSERT INTO things (id, label) VALUES ($1, $2)", {id, label});
    }
    std::vector<std::int64_t> ids(std::string_view sql, const Values& values) {
        std::vector<std::int64_t> list;
        const auto rows = query(sql, values);
        for (std::size_t i = 0; i < rows.size(); ++i) list.push_back(rows[i].integer(0));
        return list;
    }
};
COLLAB_DATABASE_SUITE(ConnectionTest);

TEST_P(ConnectionTest, BindsParametersByNumberWhateverTheirOrder) {
    query("INSERT INTO things (label, id) VALUES ($2, $1)", {7, "seven"});
    const auto rows =
        query("SELECT label FROM things WHERE label = $2 AND id = $1 AND id = $1", {7, "seven"});
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].text(0), "seven");
}

TEST_P(ConnectionTest, KeepsNullApartFromEmptyAndZero) {
    query("INSERT INTO things (id, label, flag, bytes, small) VALUES ($1, $2, $3, $4, $5)",
          {1, nullptr, nullptr, nullptr, nullptr});
    query("INSERT INTO things (id, label, flag, bytes, small) VALUES ($1, $2, $3, $4, $5)",
          {2, "", false, Blob{""}, 0});
    const auto rows = query("SELECT label, flag, bytes, small FROM things ORDER BY id");
    ASSERT_EQ(rows.size(), 2u);
    for (int column = 0; column < 4; ++column) {
        EXPECT_TRUE(rows[0].is_null(column)) << column;
        EXPECT_FALSE(rows[1].is_null(column)) << column;
    }
    EXPECT_EQ(rows[1].text(0), "");
    EXPECT_FALSE(rows[1].boolean(1));
    EXPECT_EQ(rows[1].text(2), "");
    EXPECT_EQ(rows[1].integer(3), 0);
    EXPECT_EQ(rows[0].optional_text(0), std::nullopt);
    EXPECT_EQ(rows[0].optional_integer(3), std::nullopt);
}

TEST_P(ConnectionTest, CarriesAll64Bits) {
    const auto lowest = std::numeric_limits<std::int64_t>::min();
    const auto highest = std::numeric_limits<std::uint64_t>::max();
    insert(lowest);
    query("INSERT INTO things (id) VALUES ($1)", {highest});
    const auto rows = query("SELECT id FROM things ORDER BY id");
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].integer(0), lowest);
    EXPECT_EQ(rows[1].unsigned_integer(0), highest);
}

TEST_P(ConnectionTest, ReadsSmallerIntegersWithTheirSign) {
    query("INSERT INTO things (id, small) VALUES ($1, $2)", {1, -5});
    EXPECT_EQ(query("SELECT small FROM things")[0].integer(0), -5);
}

TEST_P(ConnectionTest, CarriesBytesWithZerosAndTextBeyondAscii) {
    const std::string bytes("\0\x01\xff\0", 4);
    const std::string label = "naïve 🙂 'quoted'";
    query("INSERT INTO things (id, bytes, label) VALUES ($1, $2, $3)", {1, Blob{bytes}, label});
    const auto rows = query("SELECT bytes, label FROM things");
    EXPECT_EQ(rows[0].text(0), bytes);
    EXPECT_EQ(rows[0].text(1), label);
}

TEST_P(ConnectionTest, CarriesMegabytes) {
    const std::string bytes(5 << 20, '\x7f');
    query("INSERT INTO things (id, bytes) VALUES ($1, $2)", {1, Blob{bytes}});
    EXPECT_EQ(query("SELECT bytes FROM things")[0].text(0), bytes);
}

TEST_P(ConnectionTest, TreatsBooleansAsBooleans) {
    query("INSERT INTO things (id, flag) VALUES ($1, $2)", {1, true});
    query("INSERT INTO things (id, flag) VALUES ($1, $2)", {2, false});
    EXPECT_THAT(ids("SELECT id FROM things WHERE flag", {}), ElementsAre(1));
    EXPECT_THAT(ids("SELECT id FROM things WHERE flag = $1", {false}), ElementsAre(2));
}

TEST_P(ConnectionTest, SelectsFromLists) {
    for (const int id : {1, 2, 3}) insert(id);
    const char* in = "SELECT id FROM things WHERE id IN IDS($1) ORDER BY id";
    using List = std::vector<std::int64_t>;
    EXPECT_THAT(ids(in, {List{3, 1, 99}}), ElementsAre(1, 3));
    EXPECT_THAT(ids(in, {List{}}), IsEmpty());
    const char* not_in = "SELECT id FROM things WHERE id > $1 AND id NOT IN IDS($2)";
    EXPECT_THAT(ids(not_in, {1, List{2}}), ElementsAre(3));
}

TEST_P(ConnectionTest, CountsChangedRows) {
    for (const int id : {1, 2, 3}) insert(id);
    EXPECT_EQ(query("UPDATE things SET label = 'x' WHERE id > $1", {1}).affected, 2);
    EXPECT_EQ(query("SELECT id FROM things").affected, 0);
    EXPECT_EQ(query("DELETE FROM things WHERE id = $1", {99}).affected, 0);
    const auto returned = query("INSERT INTO things (id) VALUES (4) RETURNING id");
    EXPECT_EQ(returned[0].integer(0), 4);
    EXPECT_EQ(returned.affected, 1);
}

TEST_P(ConnectionTest, UsesAStatementAgainWithParametersOfOtherTypes) {
    const char* sql = "UPDATE things SET label = $2 WHERE id = $1";
    insert(1, "old");
    query(sql, {1, "new"});
    EXPECT_EQ(query("SELECT label FROM things")[0].text(0), "new");
    query(sql, {1, nullptr});
    EXPECT_TRUE(query("SELECT label FROM things")[0].is_null(0));
    query(sql, {1, "again"});
    EXPECT_EQ(query("SELECT label FROM things")[0].text(0), "again");
}

TEST_P(ConnectionTest, TellsAConstraintFromABug) {
    insert(1);
    const auto twice = connection().query("INSERT INTO things (id) VALUES ($1)", {1});
    ASSERT_FALSE(twice.ok());
    EXPECT_EQ(twice.error().code, ErrorCode::conflict);

    const auto foreign =
        connection().query("INSERT INTO contributors (user_id, signed_at) VALUES ($1, 0)", {12345});
    ASSERT_FALSE(foreign.ok());
    EXPECT_EQ(foreign.error().code, ErrorCode::conflict);

    const auto unknown = connection().query("SELECT x FROM nowhere", {});
    ASSERT_FALSE(unknown.ok());
    EXPECT_EQ(unknown.error().code, ErrorCode::internal);
    EXPECT_THAT(unknown.error().message, HasSubstr("nowhere"));

    EXPECT_THAT(ids("SELECT id FROM things", {}), ElementsAre(1));
    EXPECT_TRUE(connection().alive());
}

TEST_P(ConnectionTest, MapsRowsThroughTx) {
    Tx tx(connection());
    insert(1, "one");
    insert(2, "two");
    const auto label = [](const Row& row) { return row.text(0); };
    EXPECT_EQ(tx.one("SELECT label FROM things WHERE id = $1", {2}, label).value(), "two");
    EXPECT_EQ(tx.one("SELECT label FROM things WHERE id = $1", {9}, label).value(), std::nullopt);
    EXPECT_THAT(tx.list("SELECT label FROM things ORDER BY id", {}, label).value(),
                ElementsAre("one", "two"));
    EXPECT_EQ(tx.run_counted("DELETE FROM things", {}).value(), 2);
}

TEST_P(ConnectionTest, RunsScriptsAndNamesTheLineOfAnError) {
    const auto done = connection().run_script(
        "-- größer\nINSERT INTO things (id) VALUES (1);\n\nINSERT INTO missing (id) VALUES (1);\n");
    ASSERT_FALSE(done.ok());
    EXPECT_THAT(done.error().message, HasSubstr("(line 4)"));
    ASSERT_TRUE(
        connection().run_script("DELETE FROM things; INSERT INTO things (id) VALUES (5);").ok());
    EXPECT_THAT(ids("SELECT id FROM things", {}), ElementsAre(5));
}

}  // namespace
}  // namespace collab::db
