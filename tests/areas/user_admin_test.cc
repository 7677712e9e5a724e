// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "areas/users/contributors.h"
#include "areas/users/user_admin.h"
#include "areas/users/user_json.h"
#include "support/area_fixture.h"

namespace collab::users {
namespace {

class UserAdmin : public test::AreaTest {
protected:
    template <class F>
    auto as_server(F work) {
        return in_transaction(caller(UserId{1}), work);
    }
    Result<Ensured> upsert(const GithubProfile& profile) {
        return as_server([&](rpc::Call& call) {
            return upsert_github_user(call.tx, call.now, call.random, profile);
        });
    }
    Result<Ensured> ensure(const std::string& name, bool admin = false) {
        return as_server([&](rpc::Call& call) {
            return ensure_local_user(call.tx, call.now, call.random, name, admin);
        });
    }
    std::optional<UserId> look_up(const std::string& identifier) {
        const auto user =
            as_server([&](rpc::Call& call) { return look_up_user(call.tx, identifier); });
        EXPECT_TRUE(user.ok());
        return user.ok() && *user ? std::optional((*user)->id) : std::nullopt;
    }
    std::optional<std::int64_t> signature(std::optional<std::int64_t> id,
                                          std::optional<std::string_view> login) {
        return as_server([&](rpc::Call& call) { return find_signature(call.tx, id, login); })
            .value();
    }
};
COLLAB_DATABASE_SUITE(UserAdmin);

TEST_P(UserAdmin, MakesWhoIsNewWithAnIdentityOfTheirOwn) {
    const auto made = upsert({880, "mira", "mira@example.com", "Mira", 1'000});
    ASSERT_TRUE(made.ok());
    EXPECT_TRUE(made->created);
    EXPECT_EQ(made->user.username, "mira");
    EXPECT_EQ(made->user.metrics_id.size(), 36u);
    EXPECT_FALSE(made->user.admin);
    const auto rows = sql("SELECT subject FROM user_identities WHERE provider = 'github'");
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].text(0), "880");
}

TEST_P(UserAdmin, FollowsAPersonWhoIsRenamedAtGithub) {
    const auto first = upsert({880, "one", "x@example.com", "Mira", {}});
    const auto again = upsert({880, "renamed", {}, {}, 5'000});
    ASSERT_TRUE(first.ok() && again.ok());
    EXPECT_FALSE(again->created);
    EXPECT_EQ(again->user.id, first->user.id);
    EXPECT_EQ(again->user.github_login, "renamed");
    EXPECT_EQ(again->user.username, "renamed");
    EXPECT_EQ(again->user.email, "x@example.com");
    EXPECT_EQ(again->user.name, "Mira");
    EXPECT_EQ(again->user.github_user_created_at, 5'000);
}

TEST_P(UserAdmin, KeepsAUsernameThatWasChosen) {
    const auto first = upsert({880, "one", {}, {}, {}});
    ASSERT_TRUE(first.ok());
    sql("UPDATE users SET username = 'chosen' WHERE id = $1", {first->user.id});
    EXPECT_EQ(upsert({880, "two", {}, {}, {}})->user.username, "chosen");
}

TEST_P(UserAdmin, FindsByLoginAndLeavesTheGithubIdAlone) {
    const auto local = ensure("mira");
    ASSERT_TRUE(local.ok());
    const auto found = upsert({880, "mira", {}, {}, {}});
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->user.id, local->user.id);
    EXPECT_FALSE(found->user.github_user_id);
}

TEST_P(UserAdmin, RefusesALoginThatIsSomebodyElses) {
    ASSERT_TRUE(upsert({1, "one", {}, {}, {}}).ok());
    ASSERT_TRUE(upsert({2, "two", {}, {}, {}}).ok());
    const auto answer = upsert({1, "two", {}, {}, {}});
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::conflict);
    EXPECT_FALSE(upsert({3, "not a login", {}, {}, {}}).ok());
}

TEST_P(UserAdmin, FindsAnotherUsernameWhenTheLoginIsTakenAsOne) {
    const auto first = upsert({1, "one", {}, {}, {}});
    ASSERT_TRUE(first.ok());
    sql("UPDATE users SET username = 'two' WHERE id = $1", {first->user.id});
    EXPECT_EQ(upsert({2, "two", {}, {}, {}})->user.username, "two-2");
}

TEST_P(UserAdmin, EnsuresALocalPersonOnce) {
    const auto made = ensure("ada");
    const auto again = ensure("ada", /*admin=*/true);
    const auto later = ensure("ada");
    ASSERT_TRUE(made.ok() && again.ok() && later.ok());
    EXPECT_TRUE(made->created);
    EXPECT_FALSE(again->created);
    EXPECT_EQ(again->user.id, made->user.id);
    EXPECT_TRUE(again->user.admin);
    EXPECT_TRUE(later->user.admin) << "nobody loses the right by being named again";
}

TEST_P(UserAdmin, TakesNoNameThatAnOperatorCouldNotType) {
    for (const std::string name : {"", "a b", "42", "a@b", "cus_1", "sub_1", "a\nb", "\xff"}) {
        EXPECT_FALSE(ensure(name).ok()) << name;
    }
    EXPECT_FALSE(ensure(std::string(65, 'a')).ok());
    EXPECT_TRUE(ensure(std::string(64, 'a')).ok());
}

TEST_P(UserAdmin, TakesEveryLoginThatGithubGives) {
    std::int64_t id = 0;
    for (const std::string login : {"42", "cus_acme", "renovate[bot]", "a-b"}) {
        const auto made = upsert({++id, login, {}, {}, {}});
        ASSERT_TRUE(made.ok()) << login;
        EXPECT_EQ(made->user.username, login);
    }
    for (const std::string login : {"", "a b", "a@b", "a\nb", "\xff"}) {
        EXPECT_FALSE(upsert({++id, login, {}, {}, {}}).ok()) << login;
    }
}

TEST_P(UserAdmin, LooksUpByIdEmailLoginAndUsername) {
    const auto made = upsert({880, "mira", "mira@example.com", {}, {}});
    ASSERT_TRUE(made.ok());
    sql("UPDATE users SET username = 'novak' WHERE id = $1", {made->user.id});
    const auto id = made->user.id;
    for (const auto& identifier : {std::to_string(id.value), std::string("mira@example.com"),
                                   std::string("mira"), std::string("novak")}) {
        EXPECT_EQ(look_up(identifier), id) << identifier;
    }
    for (const std::string identifier : {"", "nobody", "999999", "cus_1", "sub_1", "x@y"}) {
        EXPECT_EQ(look_up(identifier), std::nullopt) << identifier;
    }
}

TEST_P(UserAdmin, RemembersWhoSigned) {
    const auto mira = upsert({880, "mira", {}, {}, {}});
    ASSERT_TRUE(mira.ok());
    EXPECT_EQ(signature(880, {}), std::nullopt);
    EXPECT_EQ(signature({}, "nobody"), std::nullopt);
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(as_server([&](rpc::Call& call) {
                        return add_contributor(call.tx, call.now, mira->user.id);
                    }).ok());
        now_ += std::chrono::hours(1);
    }
    EXPECT_EQ(signature(880, {}), 1'767'225'600'000);
    EXPECT_EQ(signature({}, "mira"), 1'767'225'600'000);
    EXPECT_EQ(signature({}, "renovate[bot]"), 1'496'387'052'000);
    const auto all = as_server([](rpc::Call& call) { return list_contributors(call.tx); });
    EXPECT_THAT(*all, testing::ElementsAre("mira"));
    EXPECT_FALSE(as_server([](rpc::Call& call) { return find_signature(call.tx, {}, {}); }).ok());
}

TEST_P(UserAdmin, TakesAdminsForSigned) {
    const auto boss = ensure("boss", true);
    ASSERT_TRUE(boss.ok());
    EXPECT_EQ(signature({}, "boss"), boss->user.created_at);
}

User mira() {
    User user;
    user.id = {7};
    user.github_login = "mira";
    user.username = "mira";
    user.github_user_id = 1234;
    user.github_user_created_at = 1'422'936'245'000;
    user.metrics_id = "2f1c6d0e-5f0c-4c1f-9d0a-0c5b7a3e1d42";
    user.created_at = 1'748'764'800'123;
    return user;
}

TEST(UserJson, HasTheMembersOfTheAdminRoutesInTheirOrder) {
    EXPECT_EQ(user_json(mira()),
              R"({"id":7,"github_login":"mira","github_user_id":1234,)"
              R"("github_user_created_at":"2015-02-03T04:04:05","email_address":null,"name":null,)"
              R"("admin":false,"invite_code":null,"invite_count":0,"inviter_id":null,)"
              R"("connected_once":false,"metrics_id":"2f1c6d0e-5f0c-4c1f-9d0a-0c5b7a3e1d42",)"
              R"("created_at":"2025-06-01T08:00:00.123","accepted_tos_at":null,)"
              R"("custom_llm_monthly_allowance_in_cents":null})");
    EXPECT_EQ(look_up_json({}), R"({"user":null})");
    EXPECT_EQ(access_token_json({7}, "abc"), R"({"user_id":7,"encrypted_access_token":"abc"})");
    EXPECT_EQ(contributors_json({}), "[]");
    EXPECT_EQ(contributors_json({"mira"}), R"(["mira"])");
    EXPECT_EQ(signature_json(1'496'387'052'000), R"({"signed_at":"2017-06-02T07:04:12.000Z"})");
    EXPECT_EQ(signature_json({}), R"({"signed_at":null})");
}

TEST(UserJson, TellsAClientAllThatAnyGenerationNeeds) {
    const auto body = nlohmann::json::parse(me_json(mira(), {"panic"}, "https://x", false));
    EXPECT_EQ(body["user"]["id"], 7);
    EXPECT_EQ(body["user"]["id_v2"], "7");
    EXPECT_EQ(body["user"]["legacy_user_id"], 7);
    EXPECT_EQ(body["user"]["username"], "mira");
    EXPECT_EQ(body["user"]["is_staff"], false);
    EXPECT_EQ(body["user"]["accepted_tos_at"], nullptr);
    EXPECT_EQ(body["feature_flags"], nlohmann::json::array({"panic"}));
    EXPECT_EQ(body["organizations"], nlohmann::json::array());
    EXPECT_EQ(body["plans_by_organization"], nlohmann::json::object());
    EXPECT_EQ(body["plan"]["plan_v3"], "zed_free");
    EXPECT_EQ(body["plan"]["usage"]["edit_predictions"]["limit"], "unlimited");
}

TEST(UserJson, DoesNotBreakOnBytesThatAreNoText) {
    auto user = mira();
    user.name = "\xff";
    EXPECT_NE(user_json(user).find("\xEF\xBF\xBD"), std::string::npos);
}

}  // namespace
}  // namespace collab::users
