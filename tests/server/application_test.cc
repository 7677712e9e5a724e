// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "server/settings_from_config.h"
#include "server/web_fixture.h"

namespace collab::server {
namespace {

constexpr const char* kSignsIn =
    "/user?github_user_id=880&github_login=mira&github_user_created_at=2020-01-01T00:00:00Z";

class Web : public test::WebTest {
protected:
    Web() { web.admin_socket = "/run/collab/admin.sock"; }
    static net::HttpRequest through(const std::string& socket, net::HttpRequest made) {
        made.unix_socket = true;
        made.unix_path = socket;
        made.peer_uid = 1000;
        made.peer_pid = 7;
        return made;
    }
    void serve(const std::string& mode) {
        web.mode = mode;
        application().reload(web);
    }
    int status_of(const std::string& target) { return ask(request("GET", target)).status; }
};
COLLAB_DATABASE_SUITE(Web);

TEST_P(Web, OpensTheAdminRoutesToTheAdminSocketWithoutAnyToken) {
    EXPECT_EQ(ask(through("/run/collab/admin.sock", request("GET", kSignsIn))).status, 200);
    EXPECT_EQ(ask(through("/run/collab/admin.sock", request("GET", "/metrics"))).status, 200);
}

TEST_P(Web, KeepsThemFromThePortAndFromTheOtherSocket) {
    EXPECT_EQ(ask(through("/run/collab/rpc.sock", request("GET", kSignsIn))).status, 404);
    EXPECT_EQ(status_of(kSignsIn), 404);
    EXPECT_EQ(status_of("/metrics"), 403);
}

TEST_P(Web, WritesAnAuditLineForEachCallOfTheAdminSocket) {
    testing::internal::CaptureStderr();
    ask(through("/run/collab/admin.sock", request("GET", kSignsIn)));
    const auto log = testing::internal::GetCapturedStderr();
    EXPECT_NE(log.find("audit: user id 1000, process 7: GET /user\n"), std::string::npos) << log;
}

TEST_P(Web, SignsNobodyInThroughTheAdminSocket) {
    const auto decision =
        application().on_upgrade(through("/run/collab/admin.sock", request("GET", "/rpc")));
    EXPECT_EQ(std::get<net::HttpResponse>(decision).status, 404);
}

TEST_P(Web, LeadsNoWebPageToTheConnection) {
    auto made = request("GET", "/rpc");
    made.headers.emplace_back("origin", "https://page.example");
    EXPECT_EQ(ask(made).status, 403);
    made.path = "/livez";
    EXPECT_EQ(ask(made).status, 200);
}

TEST_P(Web, ServesWithoutCollaborationInApiMode) {
    web.handshake.api_token = "secret";
    serve("all");
    EXPECT_EQ(status_of("/rpc"), 307);
    EXPECT_EQ(status_of(kSignsIn), 400);

    serve("api");
    EXPECT_EQ(ask(request("GET", "/")).body.substr(0, 8), "zed:api ");
    EXPECT_EQ(status_of("/readyz"), 200);
    for (const char* path : {"/rpc", "/metrics", kSignsIn, "/client/users/me"})
        EXPECT_EQ(status_of(path), 404);
}

TEST_P(Web, NamesTheRevisionThatTheEnvironmentGives) {
    ::setenv("GITHUB_SHA", "9a8e09be0a", 1);
    const auto named = application_settings(config::Config{}, "all");
    ::unsetenv("GITHUB_SHA");
    const auto unknown = application_settings(config::Config{}, "all");
    ASSERT_TRUE(named.ok() && unknown.ok());

    application().reload(*named);
    EXPECT_TRUE(ask(request("GET", "/")).body.ends_with(" (9a8e09be0a)"));
    application().reload(*unknown);
    EXPECT_TRUE(ask(request("GET", "/")).body.ends_with(" (unknown)"));
}

TEST_P(Web, CountsNewSettingsFromTheNextRequestOn) {
    EXPECT_EQ(status_of("/metrics"), 403);
    web.metrics_public = true;
    web.door.allowed_hosts = {"collab.example"};
    web.handshake.api_token = "secret";
    application().reload(web);

    EXPECT_EQ(status_of("/metrics"), 200);
    EXPECT_EQ(ask(with_token(request("GET", kSignsIn), "token secret")).status, 200);
    auto made = request("GET", "/livez");
    made.headers = {{"host", "collab.example"}};
    EXPECT_EQ(ask(made).status, 200);
}

TEST_P(Web, KeepsTheLimitsOfConnectionsAndGivesNewOnesToTheNext) {
    auto& before = world().connect(world().user("ana"));
    auto next = world().core().settings();
    next.limits.message_decoded = 64;
    next.limits.queue_bytes = 1;
    world().core().reload(next);

    EXPECT_FALSE(before.request(proto::GetPrivateUserInfo()).is_error());
    proto::FuzzySearchUsers large;
    large.set_query(std::string(100, 'a'));
    EXPECT_TRUE(before.request(large).is_error());
    EXPECT_TRUE(world().connect(world().user("bo")).closed);
}

}  // namespace
}  // namespace collab::server
