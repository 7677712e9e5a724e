// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "areas/users/user_handlers.h"
#include "areas/users/user_messages.h"
#include "areas/users/user_search.h"
#include "support/area_fixture.h"

namespace collab::users {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LookUpPeople : public test::AreaTest {
protected:
    std::vector<std::string> search(UserId user, const std::string& query) {
        proto::FuzzySearchUsers request;
        request.set_query(query);
        return logins(run(user, fuzzy_search_users, request));
    }
    std::vector<std::string> get(UserId user, const std::vector<std::int64_t>& ids) {
        proto::GetUsers request;
        for (const auto id : ids) request.add_user_ids(static_cast<std::uint64_t>(id));
        return logins(run(user, get_users, request));
    }

private:
    static std::vector<std::string> logins(const Result<proto::UsersResponse>& response) {
        EXPECT_TRUE(response.ok());
        std::vector<std::string> found;
        if (!response.ok()) return found;
        for (const auto& user : response->users()) found.push_back(user.github_login());
        return found;
    }
};
COLLAB_DATABASE_SUITE(LookUpPeople);

TEST_P(LookUpPeople, LeavesUnknownIdsOut) {
    const auto ada = given_user("ada");
    const auto bea = given_user("bea");
    EXPECT_THAT(get(ada, {bea.value, 999'999, ada.value, bea.value, -1}),
                ElementsAre("ada", "bea"));
    EXPECT_THAT(get(ada, {}), IsEmpty());
}

TEST_P(LookUpPeople, RefusesTenThousandIdsAtOnce) {
    const auto ada = given_user("ada");
    proto::GetUsers request;
    for (std::uint64_t id = 1; id < 10'000; ++id) request.add_user_ids(id);
    EXPECT_TRUE(run(ada, get_users, request).ok());
    request.add_user_ids(10'000);
    const auto answer = run(ada, get_users, request);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::invalid);
}

TEST_P(LookUpPeople, FillsTheUsernameThatNewClientsGoBy) {
    const auto ada = given_user("ada");
    sql("UPDATE users SET username = 'countess', name = 'Ada L.' WHERE id = $1", {ada});
    proto::GetUsers request;
    request.add_user_ids(static_cast<std::uint64_t>(ada.value));
    const auto answer = run(ada, get_users, request);
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->users(0).username(), "countess");
    EXPECT_EQ(answer->users(0).github_login(), "ada");
    EXPECT_EQ(answer->users(0).name(), "Ada L.");
    EXPECT_EQ(answer->users(0).avatar_url(),
              "http://collab.example/avatars/" + std::to_string(ada.value) + ".png");
}

TEST_P(LookUpPeople, ShowsTheGithubPictureOfWhoIsKnownThere) {
    User user;
    user.github_login = "mira";
    user.github_user_id = 12;
    EXPECT_EQ(avatar_url(user, "http://x"), "https://github.com/mira.png?size=128");
}

TEST_P(LookUpPeople, FindsNobodyForNothing) {
    const auto ada = given_user("ada");
    given_user("bea");
    EXPECT_THAT(search(ada, ""), IsEmpty());
}

TEST_P(LookUpPeople, TakesOneOrTwoBytesForAWholeName) {
    const auto ada = given_user("ada");
    given_user("bo");
    given_user("bob");
    given_user("Bo");
    EXPECT_THAT(search(ada, "bo"), ElementsAre("bo"));
    EXPECT_THAT(search(ada, "b"), IsEmpty());
}

TEST_P(LookUpPeople, FindsLettersInOrderWhateverTheCase) {
    const auto ada = given_user("ada");
    given_user("California");
    given_user("colorado");
    given_user("oregon");
    EXPECT_THAT(search(ada, "clr"), testing::UnorderedElementsAre("California", "colorado"));
    EXPECT_THAT(search(ada, "C-L.R"), testing::UnorderedElementsAre("California", "colorado"));
    EXPECT_THAT(search(ada, "rlc"), IsEmpty());
}

TEST_P(LookUpPeople, PutsTheNearestNameFirst) {
    const auto ada = given_user("ada");
    given_user("roberta-longname");
    given_user("robert");
    given_user("robert-jr");
    EXPECT_THAT(search(ada, "robert"), ElementsAre("robert", "robert-jr", "roberta-longname"));
}

TEST_P(LookUpPeople, LeavesTheSearcherOutBeforeItCountsToTen) {
    const auto self = given_user("person");
    for (int i = 0; i < 12; ++i) given_user("person-" + std::to_string(i));
    const auto found = search(self, "person");
    EXPECT_EQ(found.size(), 10u);
    EXPECT_THAT(found, testing::Not(testing::Contains("person")));
}

TEST_P(LookUpPeople, TakesWildcardsForWhatTheyAre) {
    const auto ada = given_user("ada");
    given_user("bea");
    EXPECT_THAT(search(ada, "%%%"), IsEmpty());
    EXPECT_THAT(search(ada, "___"), IsEmpty());
    EXPECT_THAT(search(ada, std::string("be\0a", 4)), IsEmpty());
    EXPECT_THAT(search(ada, "\xff\xfe\xfd"), IsEmpty());
    EXPECT_THAT(search(ada, std::string(5000, 'b')), IsEmpty());
}

// Values of PostgreSQL's own similarity().
TEST(TrigramDistance, CountsAsPostgresqlDoes) {
    EXPECT_DOUBLE_EQ(trigram_distance("word", "word"), 0);
    EXPECT_DOUBLE_EQ(trigram_distance("word", "WORD"), 0);
    EXPECT_NEAR(trigram_distance("word", "two words"), 1 - 0.36363637, 1e-6);
    EXPECT_DOUBLE_EQ(trigram_distance("abc", "xyz"), 1);
    EXPECT_DOUBLE_EQ(trigram_distance("", ""), 1);
}

}  // namespace
}  // namespace collab::users
