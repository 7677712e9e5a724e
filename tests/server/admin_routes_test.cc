// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "server/web_fixture.h"

namespace collab::server {
namespace {

constexpr const char* kMira =
    "/user?github_user_id=880&github_login=mira&github_user_created_at=2020-01-01T00:00:00Z";

class AdminRoutes : public test::WebTest {
protected:
    AdminRoutes() { web.handshake.api_token = "secret"; }
    net::HttpResponse admin(const std::string& method, const std::string& target) {
        return ask(with_token(request(method, target), "token secret"));
    }
    // The status of a POST with that body.
    int post(const std::string& target, const std::string& body,
             const std::string& type = "application/json", const std::string& scheme = "token") {
        auto made = with_token(request("POST", target), scheme + " secret");
        made.headers.emplace_back("content-type", type);
        made.body = body;
        return ask(made).status;
    }
};
COLLAB_DATABASE_SUITE(AdminRoutes);

TEST_P(AdminRoutes, LetInWhoHasTheToken) {
    EXPECT_EQ(admin("GET", kMira).status, 200);
    EXPECT_EQ(ask(request("GET", kMira)).status, 400);
    EXPECT_EQ(ask(with_token(request("GET", kMira), "token guess")).status, 401);
}

TEST_P(AdminRoutes, WantAllOfAUserAndIdsThatFit) {
    const std::string created = "&github_user_created_at=2020-01-01T00:00:00Z";
    for (const auto& query :
         {std::string("github_user_id=1&github_login=a"), "github_login=a" + created,
          "github_user_id=2147483648&github_login=a" + created,
          "github_user_id=x&github_login=a" + created, "github_user_id=1" + created}) {
        EXPECT_EQ(admin("GET", "/user?" + query).status, 400) << query;
    }
    EXPECT_EQ(admin("GET", "/user?github_user_id=2147483647&github_login=42" + created).status,
              200);
}

TEST_P(AdminRoutes, TakeTextOnly) {
    const std::string user = kMira;
    EXPECT_EQ(admin("GET", user + "&github_name=%FFx").status, 400);
    EXPECT_EQ(admin("GET", user + "&github_name=a%00b").status, 400);
    EXPECT_EQ(admin("GET", "/users/look_up?identifier=%C3").status, 400);
    EXPECT_EQ(
        post("/contributors", R"({"github_user_id":1,"github_login":"a","github_name":")"
                              R"(a\u0000b","github_user_created_at":"2020-01-01T00:00:00Z"})"),
        422);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM users"), 0);
    EXPECT_EQ(admin("GET", user + "&github_name=%C3%A9").status, 200);
}

TEST_P(AdminRoutes, ShowWhoIsConnected) {
    auto& ana = world().connect(world().user("ana"));
    proto::CreateChannel create;
    create.set_name("zoo");
    const auto channel = ana.request(create).as<proto::CreateChannelResponse>().channel().id();
    world().connect(ana.user);

    EXPECT_EQ(ask(request("GET", "/rpc_server_snapshot")).status, 400);
    const auto snapshot = nlohmann::json::parse(admin("GET", "/rpc_server_snapshot").body);
    EXPECT_EQ(snapshot["connections"].size(), 2u);
    EXPECT_EQ(snapshot["connections"][0]["user_id"], ana.user.value);
    EXPECT_EQ(snapshot["connections"][0]["zed_version"], "1.14.0");
    EXPECT_EQ(snapshot["connected_users"][0]["connection_ids"].size(), 2u);
    EXPECT_EQ(snapshot["channel_subscriptions"][0]["channel_id"], channel);
    EXPECT_EQ(snapshot["channel_subscriptions"][0]["role"], "admin");
}

TEST_P(AdminRoutes, TellJsonThatIsNoneFromJsonOfAnotherShape) {
    const std::string rest = R"(,"github_user_created_at":"2020-01-01T00:00:00Z"})";
    EXPECT_EQ(post("/contributors", "{"), 400);
    for (const auto& body :
         {std::string("[]"), std::string("{}"), R"({"github_user_id":1,"github_login":5.5)" + rest,
          R"({"github_user_id":"1","github_login":"a")" + rest,
          R"({"github_user_id":1.0,"github_login":"a")" + rest,
          R"({"github_user_id":18446744073709551615,"github_login":"a")" + rest,
          R"({"github_user_id":1,"github_login":"a","github_name":{})" + rest}) {
        EXPECT_EQ(post("/contributors", body), 422) << body;
    }
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM users"), 0);
    EXPECT_EQ(post("/contributors",
                   R"({"github_user_id":1,"github_login":"a","github_name":null)" + rest),
              200);
}

TEST_P(AdminRoutes, KnowJsonByItsTypeInAnyCase) {
    world().user("ana");
    const std::string path = "/internal/users/impersonate";
    const std::string body = R"({"github_login":"ana"})";
    for (const std::string type : {"Application/JSON", "application/json; charset=utf-8"}) {
        EXPECT_EQ(post(path, body, type, "Bearer"), 200) << type;
    }
    for (const std::string type : {"text/plain", "application/jsonx"}) {
        EXPECT_EQ(post(path, body, type, "Bearer"), 415) << type;
    }
    EXPECT_EQ(post(path, R"({"github_login":7})", "application/json", "Bearer"), 422);
}

TEST_P(AdminRoutes, TellAKeyThatIsNoneFromAUserThatIsNone) {
    const auto path = "/users/" + std::to_string(world().user("ana").value) + "/access_tokens";
    EXPECT_EQ(admin("POST", path + "?public_key=abc").status, 400);
    EXPECT_EQ(admin("POST", path).status, 400);
    EXPECT_EQ(admin("POST", "/users/99/access_tokens?public_key=abc").status, 500);
    EXPECT_EQ(admin("POST", "/users/5000000000/access_tokens?public_key=abc").status, 400);
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
    EXPECT_EQ(admin("GET",
                    "/user?github_user_id=1&github_login=before&github_user_created_at=2020-01-"
                    "01T00:00:00Z")
                  .status,
              200);
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
