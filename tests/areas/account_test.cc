// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "areas/users/user_handlers.h"
#include "areas/users/user_messages.h"
#include "crypto/base64.h"
#include "support/area_fixture.h"

namespace collab::users {
namespace {

class Account : public test::AreaTest {
protected:
    void give_flag(const std::string& flag, bool for_all, std::optional<UserId> user = {}) {
        const auto rows =
            sql("INSERT INTO feature_flags (flag, enabled_for_all) VALUES ($1, $2) RETURNING id",
                {flag, for_all});
        if (user)
            sql("INSERT INTO user_features (user_id, feature_id) VALUES ($1, $2)",
                {*user, rows[0].integer(0)});
    }
    static nlohmann::json claims_of(const std::string& token) {
        const auto start = token.find('.') + 1;
        const auto payload = token.substr(start, token.rfind('.') - start);
        const auto text = crypto::decode_url_base64(payload, crypto::Padding::without);
        return nlohmann::json::parse(text.value_or("null"));
    }
};
COLLAB_DATABASE_SUITE(Account);

TEST_P(Account, TellsItsOwnerWhatOthersDoNotSee) {
    const auto ada = given_user("ada");
    const auto bea = given_user("bea");
    give_flag("everybody", true);
    give_flag("ada-only", false, ada);
    give_flag("bea-only", false, bea);
    const auto info = run(ada, get_private_user_info, proto::GetPrivateUserInfo());
    ASSERT_TRUE(info.ok());
    EXPECT_EQ(info->metrics_id().size(), 36u);
    EXPECT_FALSE(info->staff());
    EXPECT_THAT(info->flags(), testing::ElementsAre("ada-only", "everybody"));
    EXPECT_FALSE(info->has_accepted_tos_at());
}

TEST_P(Account, RemembersWhenTheTermsWereAccepted) {
    const auto ada = given_user("ada");
    const auto accepted = run(ada, accept_terms_of_service, proto::AcceptTermsOfService());
    ASSERT_TRUE(accepted.ok());
    EXPECT_EQ(accepted->accepted_tos_at(), 1'767'225'600u);
    const auto info = run(ada, get_private_user_info, proto::GetPrivateUserInfo());
    ASSERT_TRUE(info.ok());
    EXPECT_EQ(info->accepted_tos_at(), 1'767'225'600u);
}

TEST_P(Account, HasNoLanguageModelTokenUnlessThereIsAService) {
    const auto ada = given_user("ada");
    const auto answer = run(ada, get_llm_token, proto::GetLlmToken());
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
}

TEST_P(Account, HasNoLanguageModelTokenBeforeTheTermsAreAccepted) {
    settings_.llm_api_secret = "secret";
    const auto ada = given_user("ada");
    EXPECT_FALSE(run(ada, get_llm_token, proto::GetLlmToken()).ok());
    ASSERT_TRUE(run(ada, accept_terms_of_service, proto::AcceptTermsOfService()).ok());
    const auto answer = run(ada, get_llm_token, proto::GetLlmToken());
    ASSERT_TRUE(answer.ok());
    const auto claims = claims_of(answer->token());
    EXPECT_EQ(claims["userId"], ada.value);
    EXPECT_EQ(claims["iat"], 1'767'225'600);
    EXPECT_EQ(claims["exp"], 1'767'225'600 + 3600);
    EXPECT_EQ(claims["plan"], "zed_free");
    EXPECT_EQ(claims["subscriptionPeriod"],
              nlohmann::json({"2026-01-01T00:00:00", "2026-01-31T23:59:59"}));
}

TEST_P(Account, NeverHasASupermavenKey) {
    EXPECT_FALSE(run(given_user("ada"), get_supermaven_api_key, proto::GetSupermavenApiKey()).ok());
}

TEST(PlanMessage, GivesStaffThePaidPlan) {
    EXPECT_EQ(make_plan_message(/*staff=*/false).plan(), proto::Free);
    const auto paid = make_plan_message(/*staff=*/true);
    EXPECT_EQ(paid.plan(), proto::ZedPro);
    EXPECT_TRUE(paid.has_account_too_young());
    EXPECT_FALSE(paid.account_too_young());
}

}  // namespace
}  // namespace collab::users
