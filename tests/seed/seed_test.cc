// SPDX-License-Identifier: Apache-2.0
// collab-seed without a process, on both databases; tests/cli/seed has the program itself.
#include "seed/seed.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "config/default_paths.h"
#include "support/test_database.h"

namespace collab::seed {
namespace {

using cli::ExitStatus;
using testing::HasSubstr;
using testing::StartsWith;

class SeedTest : public test::DatabaseTest {
protected:
    ExitStatus apply(const std::string& text, Options options = {}) {
        options.verb = "apply";
        options.file = folder_.path() / "seed";
        std::ofstream(options.file) << text;
        return run(options);
    }
    ExitStatus run(Options options) {
        options.database_url = test_database().url();
        std::ostringstream out;
        std::ostringstream err;
        const auto outcome = seed::run(options, {out, err, clock_, random_});
        out_ = out.str();
        err_ = err.str();
        message_ = outcome.error() ? outcome.error()->message : "";
        return outcome.status();
    }
    std::string value(const std::string& sql) {
        const auto rows = connection().query(sql, {});
        return rows.ok() && rows->size() > 0 ? (*rows)[0].optional_text(0).value_or("") : "no row";
    }
    std::int64_t count(const std::string& table) {
        return (*connection().query("SELECT count(*) FROM " + table, {}))[0].integer(0);
    }

    SystemClock clock_;
    SeededRandom random_{7};
    test::TemporaryFolder folder_;
    std::string out_;
    std::string err_;
    std::string message_;
};
COLLAB_DATABASE_SUITE(SeedTest);

TEST_P(SeedTest, CreatesEverythingOnceAndThenFindsItUnchanged) {
    const std::string team = R"({"admins": ["ana"], "users": [{"name": "ben"}],
        "channels": [{"name": "team", "members": {"ana": "admin", "ben": "guest"},
                      "channels": ["plans"]}]})";
    EXPECT_EQ(apply(team), ExitStatus::success) << message_;
    EXPECT_THAT(err_, HasSubstr("6 created, 0 updated, 0 unchanged"));
    EXPECT_EQ(apply(team), ExitStatus::success) << message_;
    EXPECT_THAT(err_, HasSubstr("0 created, 0 updated, 6 unchanged"));
    EXPECT_EQ(count("users"), 2);
    EXPECT_EQ(count("channels"), 2);
    EXPECT_EQ(count("channel_members"), 2);
}

TEST_P(SeedTest, UpdatesWhatTheFileNamesAndLeavesTheRest) {
    ASSERT_EQ(apply(R"({"users": [{"name": "ana", "email": "a@example.com", "admin": true}],
        "channels": [{"name": "team", "visibility": "public", "members": {"ana": "admin"}}]})"),
              ExitStatus::success)
        << message_;
    ASSERT_EQ(apply(R"({"users": [{"name": "ana", "admin": false}, {"name": "ben"}],
        "channels": [{"name": "team", "members": {"ben": "member"}}]})"),
              ExitStatus::success)
        << message_;
    EXPECT_EQ(out_,
              "updated user ana\ncreated user ben\nunchanged channel team\n"
              "created member team/ben\n");
    EXPECT_EQ(value("SELECT email_address FROM users WHERE github_login = 'ana'"), "a@example.com");
    EXPECT_EQ(value("SELECT visibility FROM channels"), "public");
    EXPECT_EQ(count("channel_members"), 2);
    ASSERT_EQ(apply(R"({"channels": [{"name": "team", "members": {"ben": "banned"}}]})"),
              ExitStatus::success);
    EXPECT_EQ(out_, "unchanged channel team\nupdated member team/ben\n");
}

TEST_P(SeedTest, ChangesNothingWhenOneThingIsWrong) {
    EXPECT_EQ(
        apply(R"({"admins": ["ana"], "channels": [{"name": "t", "members": {"cy": "admin"}}]})"),
        ExitStatus::failure);
    EXPECT_EQ(message_, "channel 't': there is no user 'cy'");
    EXPECT_EQ(out_, "");
    EXPECT_EQ(count("users"), 0);
    EXPECT_EQ(count("channels"), 0);
}

TEST_P(SeedTest, TellsByTheExitStatusWhatADryRunWouldChange) {
    const std::string ana = R"({"admins": ["ana"]})";
    EXPECT_EQ(apply(ana, {.dry_run = true}), ExitStatus::success);
    EXPECT_EQ(apply(ana, {.check = true}), ExitStatus::negative);
    EXPECT_EQ(out_, "created user ana\n");
    EXPECT_EQ(count("users"), 0);
    ASSERT_EQ(apply(ana), ExitStatus::success);
    EXPECT_EQ(apply(ana, {.check = true}), ExitStatus::success);
}

TEST_P(SeedTest, GivesALocalUserTheGithubIdAndFollowsARenamedLogin) {
    ASSERT_EQ(apply(R"({"users": [{"name": "ana"}]})"), ExitStatus::success);
    ASSERT_EQ(apply(R"({"users": [{"name": "ana", "github_id": 42}]})"), ExitStatus::success)
        << message_;
    EXPECT_EQ(out_, "updated user ana\n");
    ASSERT_EQ(apply(R"({"users": [{"name": "anna", "github_id": 42}]})"), ExitStatus::success)
        << message_;
    EXPECT_EQ(out_, "updated user anna\n");
    EXPECT_EQ(count("users"), 1);
    EXPECT_EQ(apply(R"({"users": [{"name": "anna", "github_id": 43}]})"), ExitStatus::failure);
    EXPECT_EQ(message_, "user 'anna' has another GitHub id: 42");
}

TEST_P(SeedTest, KeepsPublicChannelsOutOfPrivateOnes) {
    EXPECT_EQ(apply(R"({"admins": ["ana"], "channels": [{"name": "team",
        "members": {"ana": "admin"}, "channels": [{"name": "open", "visibility": "public"}]}]})"),
              ExitStatus::failure);
    EXPECT_EQ(message_, "channel 'open' is public but its parent is not");
}

TEST_P(SeedTest, RefusesARootChannelThatNobodyCouldAdminister) {
    EXPECT_EQ(apply(R"({"channels": ["zed"]})"), ExitStatus::failure);
    EXPECT_EQ(message_, "channel 'zed' has no member with the role admin");
}

TEST_P(SeedTest, MakesATokenThatTheDatabaseKnowsOnlyByItsHash) {
    ASSERT_EQ(run({.verb = "user", .name = "ana", .admin = true, .token = true}),
              ExitStatus::success);
    EXPECT_EQ(value("SELECT github_login FROM users WHERE admin"), "ana");
    const auto id = value("SELECT CAST(id AS TEXT) FROM users");
    ASSERT_THAT(out_, StartsWith(id + ' '));
    EXPECT_EQ(std::count(out_.begin(), out_.end(), ' '), 1);
    EXPECT_THAT(out_, testing::Not(HasSubstr(value("SELECT hash FROM access_tokens"))));
    ASSERT_EQ(run({.verb = "user", .name = "ana"}), ExitStatus::success);
    EXPECT_EQ(out_, "unchanged user ana\n");
    EXPECT_EQ(count("access_tokens"), 1);
}

TEST(DefaultPaths, PutTheStateWhereTheServerPutsIt) {
    using config::default_state_directory;
    EXPECT_EQ(default_state_directory({{"HOME", "/home/ana"}}, false),
              "/home/ana/.local/state/collab");
    EXPECT_EQ(default_state_directory({{"HOME", "/root"}}, true), "/var/lib/collab");
    EXPECT_EQ(default_state_directory({{"XDG_STATE_HOME", "/s"}}, true), "/s/collab");
    EXPECT_EQ(default_state_directory({{"XDG_STATE_HOME", "/s"}, {"COLLAB_STATE_DIR", "/d"}}, true),
              "/d");
}

}  // namespace
}  // namespace collab::seed
