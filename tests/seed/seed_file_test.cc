// SPDX-License-Identifier: Apache-2.0
#include "seed/seed_file.h"

#include <gmock/gmock.h>

namespace collab::seed {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string refusal_of(std::string_view text) {
    const auto wanted = parse_seed("s", text);
    return wanted.ok() ? "" : wanted.error().message;
}

TEST(SeedFile, ReadsPeopleAndATreeOfChannels) {
    const auto wanted = parse_seed("s", R"(
        [[users]]
        name = "ana"
        admin = true
        email = "ana@example.com"
        github_id = 42
        [[channels]]
        name = "team"
        visibility = "public"
        members = { ana = "admin", ben = "guest" }
        [[channels.channels]]
        name = "plans"
    )");
    ASSERT_TRUE(wanted.ok()) << wanted.error().message;
    const auto& ana = wanted->users.at(0);
    EXPECT_EQ(ana.admin, true);
    EXPECT_EQ(ana.email, "ana@example.com");
    EXPECT_EQ(ana.github_id, 42);
    const auto& team = wanted->channels.at(0);
    EXPECT_EQ(team.visibility, rpc::Visibility::everybody);
    EXPECT_EQ(team.members.at(1).role, rpc::Role::guest);
    EXPECT_EQ(team.channels.at(0).name, "plans");
    EXPECT_FALSE(team.channels.at(0).visibility);
}

TEST(SeedFile, TakesZedsOwnFormWithAllAdminsInEachChannel) {
    const auto wanted = parse_seed("s", R"({"admins": ["ana", "ben"], "channels": ["zed", "x"]})");
    ASSERT_TRUE(wanted.ok()) << wanted.error().message;
    EXPECT_EQ(wanted->users.at(1).name, "ben");
    EXPECT_EQ(wanted->users.at(1).admin, true);
    EXPECT_EQ(wanted->channels.at(1).members.size(), 2u);
}

TEST(SeedFile, JoinsAUserWhoIsNamedAmongTheAdminsToo) {
    const auto wanted = parse_seed("s", R"({"admins": ["ana"], "users": [{"name": "ana"}]})");
    ASSERT_TRUE(wanted.ok());
    ASSERT_EQ(wanted->users.size(), 1u);
    EXPECT_EQ(wanted->users[0].admin, true);
}

TEST(SeedFile, SaysWhereItIsWrong) {
    EXPECT_EQ(refusal_of("x = 1"), "s: unknown key 'x' (known are admins, users, channels)");
    EXPECT_THAT(refusal_of("users = [{ nick = 'a' }]"), StartsWith("s: users[0]: unknown key"));
    EXPECT_EQ(refusal_of("users = [{ admin = true }]"), "s: users[0]: has no name");
    EXPECT_THAT(refusal_of("users = [{ name = 'a', admin = 1 }]"), HasSubstr("true or false"));
    EXPECT_THAT(refusal_of("users = [{ name = 'a', github_id = -1 }]"), HasSubstr("above 0"));
    EXPECT_THAT(refusal_of("users = [{ name = 'a', github_id = 1.5 }]"), HasSubstr("above 0"));
    EXPECT_THAT(refusal_of("users = [{ name = 'a' }, { name = 'a' }]"), HasSubstr("twice"));
    EXPECT_THAT(refusal_of("admins = ['a']\nusers = [{ name = 'a', admin = false }]"),
                HasSubstr("no admin elsewhere"));
    EXPECT_THAT(refusal_of("channels = [' team']"), HasSubstr("not a channel's name"));
    EXPECT_THAT(refusal_of("channels = ['t', 't']"), HasSubstr("twice"));
    EXPECT_EQ(refusal_of("channels = [{ name = 't', visibility = 'all' }]"),
              "s: channels[0].visibility: takes public or members");
    EXPECT_THAT(
        refusal_of("channels = [{ name = 't', channels = [{ name = 'b', members = {} }] }]"),
        HasSubstr("only a root channel has members"));
    EXPECT_EQ(refusal_of("{"), "s: not a JSON object");
    EXPECT_THAT(refusal_of("a = "), StartsWith("s:1:"));
}

TEST(SeedFile, BoundsHowDeepChannelsLie) {
    std::string text;
    for (int i = 0; i < 10'000; ++i) text += R"({"name": "c", "channels": [)";
    for (int i = 0; i < 10'000; ++i) text += "]}";
    EXPECT_THAT(refusal_of(R"({"channels": [)" + text + "]}"), HasSubstr("too many channels"));
}

}  // namespace
}  // namespace collab::seed
