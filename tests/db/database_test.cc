// SPDX-License-Identifier: Apache-2.0
#include "db/database.h"

#include <gmock/gmock.h>

#include "support/test_database.h"

namespace collab::db {
namespace {

using testing::HasSubstr;

TEST(DatabaseUrl, TakesEveryDocumentedForm) {
    EXPECT_TRUE(Database::parse("sqlite::memory:")->in_memory());
    EXPECT_EQ(Database::parse("sqlite:collab.db")->path(), "collab.db");
    EXPECT_EQ(Database::parse("sqlite:///var/lib/collab/c.db?mode=rwc")->path(),
              "/var/lib/collab/c.db");
    EXPECT_EQ(Database::parse("postgres://zed@localhost/zed")->dialect(), Dialect::postgres);
    EXPECT_EQ(Database::parse("postgresql://zed@localhost/zed")->dialect(), Dialect::postgres);
}

TEST(DatabaseUrl, RefusesOthersAndNamesTheForms) {
    for (const char* url : {"", "mysql://x", "sqlite:", "collab.db"}) {
        const auto parsed = Database::parse(url);
        ASSERT_FALSE(parsed.ok()) << url;
        EXPECT_EQ(parsed.error().code, ErrorCode::invalid);
        EXPECT_THAT(parsed.error().message, HasSubstr("sqlite:PATH"));
    }
}

TEST(DatabaseUrl, HidesThePasswordFromPeople) {
    EXPECT_EQ(Database::parse("postgres://zed:secret@db.example/zed")->display(),
              "postgres://zed:***@db.example/zed");
}

TEST(DatabaseOpen, SaysWhyItCannotReachADatabase) {
    const test::TemporaryFolder folder;
    const auto missing = Database::parse("sqlite:" + (folder.path() / "no/such.db").string());
    ASSERT_FALSE(missing->open().ok());
    EXPECT_EQ(missing->open().error().code, ErrorCode::unavailable);

    const auto nobody =
        Database::parse("postgres://zed:secret@/zed?host=" + folder.path().string());
    const auto opened = nobody->open();
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::unavailable);
    EXPECT_THAT(opened.error().message, HasSubstr("No such file"));
    EXPECT_THAT(opened.error().message, testing::Not(HasSubstr("secret")));
}

TEST(DatabaseOpen, CreatesNoFileInModeRw) {
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "collab.db";
    EXPECT_FALSE(Database::parse("sqlite://" + path.string() + "?mode=rw")->open().ok());
    EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace collab::db
