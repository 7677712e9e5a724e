// SPDX-License-Identifier: Apache-2.0
#include "server/web_fixture.h"

namespace collab::server {
namespace {

constexpr const char* kMira = "/user?github_user_id=880&github_login=mira";

class AdminRoutes : public test::WebTest {
protected:
    AdminRoutes() { web.handshake.api_token = "secret"; }
    net::HttpResponse admin(const std::string& method, const std::string& target) {
        return ask(with_token(request(method, target), "token secret"));
    }
};
COLLAB_DATABASE_SUITE(AdminRoutes);

TEST_P(AdminRoutes, LetInWhoHasTheToken) {
    EXPECT_EQ(admin("GET", kMira).status, 200);
    EXPECT_EQ(ask(request("GET", kMira)).status, 400);
    EXPECT_EQ(ask(with_token(request("GET", kMira), "token guess")).status, 401);
}

class AutoJoin : public AdminRoutes {
protected:
    AutoJoin() { settings.auto_join_channel = ChannelId{2}; }
    void SetUp() override {
        AdminRoutes::SetUp();
        if (IsSkipped()) return;
        world().sql("INSERT INTO channels (name, visibility) VALUES ('zed', 'members')");
    }
    std::int64_t guests() {
        return world().number(
            "SELECT COUNT(*) FROM channel_members "
            "WHERE channel_id = 1 AND role = 'guest' AND accepted");
    }
};
COLLAB_DATABASE_SUITE(AutoJoin);

TEST_P(AutoJoin, MakesNewUsersGuestsOfTheTreeOfThatChannelAndNobodyElse) {
    world().sql(
        "INSERT INTO channels (name, visibility, parent_path) VALUES ('hall', 'public', '1/')");
    world().user("before");
    EXPECT_EQ(admin("GET", "/user?github_user_id=1&github_login=before").status, 200);
    EXPECT_EQ(guests(), 0);

    EXPECT_EQ(admin("GET", kMira).status, 200);
    EXPECT_EQ(admin("GET", kMira).status, 200);
    EXPECT_EQ(guests(), 1);
}

TEST_P(AutoJoin, MakesNewUsersEvenWhenTheChannelIsGone) {
    EXPECT_EQ(admin("GET", kMira).status, 200);
    EXPECT_EQ(guests(), 0);
}

}  // namespace
}  // namespace collab::server
