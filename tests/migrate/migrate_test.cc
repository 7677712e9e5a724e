// SPDX-License-Identifier: Apache-2.0
// collab-migrate without a process, on both databases; tests/cli/migrate has the program itself.
#include "migrate/migrate.h"

#include <gmock/gmock.h>

#include <sstream>

#include "support/test_database.h"

namespace collab::migrate {
namespace {

using cli::ExitStatus;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr schema::Migration kCats{1, "cats", "CREATE TABLE cats (name TEXT);\n", "c1"};
constexpr schema::Migration kDogs{2, "dogs", "CREATE TABLE dogs (name TEXT);\n", "d2"};
constexpr schema::Migration kBroken{2, "broken", "CREATE TABLE cats (name TEXT);\n", "b2"};

class MigrateTest : public test::DatabaseTest {
protected:
    MigrateTest() : DatabaseTest(test::TestDatabase::Content::empty) {}

    ExitStatus run(const std::string& verb, const std::vector<schema::Migration>& migrations,
                   Options options = {}) {
        options.verb = verb;
        options.database_url = test_database().url();
        std::ostringstream out;
        std::ostringstream err;
        const auto outcome = migrate::run(options, {out, err, clock_, migrations});
        out_ = out.str();
        err_ = err.str();
        message_ = outcome.error() ? outcome.error()->message : "";
        return outcome.status();
    }
    bool has_table(const std::string& name) {
        return connection().query("SELECT count(*) FROM " + name, {}).ok();
    }

    SystemClock clock_;
    std::string out_;
    std::string err_;
    std::string message_;
};
COLLAB_DATABASE_SUITE(MigrateTest);

TEST_P(MigrateTest, AppliesAndSaysSo) {
    EXPECT_EQ(run("up", {kCats, kDogs}), ExitStatus::success);
    EXPECT_THAT(out_, StartsWith("applied 0001 cats "));
    EXPECT_THAT(out_, HasSubstr("applied 0002 dogs "));
    EXPECT_EQ(err_, "collab-migrate: 2 applied\n");
    EXPECT_EQ(run("up", {kCats, kDogs}), ExitStatus::success);
    EXPECT_EQ(out_, "");
}

TEST_P(MigrateTest, SaysNothingWhenQuietButTheAnswer) {
    EXPECT_EQ(run("up", {kCats}, {.quiet = true}), ExitStatus::success);
    EXPECT_THAT(out_, StartsWith("applied 0001 cats "));
    EXPECT_EQ(err_, "");
}

TEST_P(MigrateTest, TellsByTheExitStatusWhatIsWrong) {
    const Options check{.check = true};
    EXPECT_EQ(run("status", {kCats}, check), ExitStatus::negative);
    ASSERT_EQ(run("up", {kCats}), ExitStatus::success);
    EXPECT_EQ(run("status", {kCats}, check), ExitStatus::success);
    EXPECT_EQ(run("status", {kCats, kDogs}), ExitStatus::success);
    EXPECT_EQ(run("status", {kCats, kDogs}, check), ExitStatus::negative);

    schema::Migration changed = kCats;
    changed.checksum = "other";
    EXPECT_EQ(run("status", {changed}, check), ExitStatus::integrity);
    EXPECT_EQ(run("verify", {changed}), ExitStatus::integrity);
    EXPECT_EQ(run("up", {changed, kDogs}), ExitStatus::integrity);
    EXPECT_FALSE(has_table("dogs"));

    ASSERT_EQ(run("up", {kCats, kDogs}), ExitStatus::success);
    EXPECT_EQ(run("status", {kCats}, check), ExitStatus::version_mismatch);
    EXPECT_EQ(run("up", {kCats}), ExitStatus::version_mismatch);
}

TEST_P(MigrateTest, KeepsWhatWasAppliedBeforeAFailure) {
    EXPECT_EQ(run("up", {kCats, kBroken}), ExitStatus::failure);
    EXPECT_THAT(out_, StartsWith("applied 0001 cats "));
    EXPECT_THAT(message_, HasSubstr("migration 0002 broken failed and was undone"));
    EXPECT_EQ(run("status", {kCats}, {.check = true}), ExitStatus::success);
}

TEST_P(MigrateTest, PrintsSqlThatDoesTheSameAndTouchesNothing) {
    EXPECT_EQ(run("up", {kCats, kDogs}, {.quiet = true, .dry_run = true}), ExitStatus::success);
    EXPECT_FALSE(has_table("cats"));
    const std::string script = out_;
    ASSERT_TRUE(connection().run_script(script).ok());
    EXPECT_EQ(run("status", {kCats, kDogs}, {.check = true}), ExitStatus::success);
}

TEST_P(MigrateTest, PlansWithoutTouchingAnything) {
    EXPECT_EQ(run("plan", {kCats, kDogs}), ExitStatus::success);
    EXPECT_EQ(out_, "pending 0001 cats\npending 0002 dogs\n");
    EXPECT_FALSE(has_table("schema_migrations"));
}

TEST_P(MigrateTest, WaitsForADatabaseThatAnswers) {
    EXPECT_EQ(run("wait", {}), ExitStatus::success);
    EXPECT_THAT(out_ + err_, IsEmpty());
}

}  // namespace
}  // namespace collab::migrate
