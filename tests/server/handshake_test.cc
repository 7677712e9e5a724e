// SPDX-License-Identifier: Apache-2.0
#include "server/web_fixture.h"

namespace collab::server {
namespace {

class Handshake : public test::WebTest {
protected:
    Handshake() {
        web.handshake.environment = "development";
        web.handshake.api_token = "secret";
        web.handshake.min_app_version = {0, 157, 0, {}, {}};
    }
    void SetUp() override {
        WebTest::SetUp();
        if (IsSkipped()) return;
        user_ = world().user("ana");
        ask(with_token(request("GET",
                               "/user?github_user_id=1&github_login=ana"
                               "&github_user_created_at=2020-01-01T00:00:00Z"),
                       "token secret"));
    }

    net::HttpRequest good() {
        return handshake(std::to_string(user_.value) + " ADMIN_TOKEN:secret");
    }

    UserId user_;
};
COLLAB_DATABASE_SUITE(Handshake);

TEST_P(Handshake, ChecksTheUserThenTheProtocolsHeaderThenTheUpgradeThenTheVersions) {
    auto made = good();
    EXPECT_EQ(knock(made), 101);
    set_header(made, "x-zed-app-version", "0.1.0");
    EXPECT_EQ(knock(made), 426);
    set_header(made, "x-zed-protocol-version", "67");
    EXPECT_EQ(knock(made), 426);
    set_header(made, "sec-websocket-key", "short");
    EXPECT_EQ(knock(made), 400);
    set_header(made, "authorization", "1 ADMIN_TOKEN:guess");
    EXPECT_EQ(knock(made), 401);
}

TEST_P(Handshake, Is400WhenItIsNoProperOneWhateverItsVersion) {
    for (const std::string name : {"connection", "sec-websocket-key", "sec-websocket-version"}) {
        auto made = good();
        set_header(made, "x-zed-protocol-version", "67");
        set_header(made, name, "");
        EXPECT_EQ(knock(made), 400) << name;
    }
}

TEST_P(Handshake, Is500WhenTheCredentialsAreGoodButTheUserIsNot) {
    auto made = good();
    set_header(made, "authorization", "99 ADMIN_TOKEN:secret");
    EXPECT_EQ(knock(made), 500);
    set_header(made, "authorization", "99 ADMIN_TOKEN:guess");
    EXPECT_EQ(knock(made), 401);
}

TEST_P(Handshake, Is401WithAnAuthorizationThatIsNoPlainText) {
    auto made = good();
    set_header(made, "authorization", "\xC3\xA4 token");
    EXPECT_EQ(knock(made), 401);
    set_header(made, "authorization", "a token");
    EXPECT_EQ(knock(made), 400);
}

TEST_P(Handshake, Is426OverHttp10WhereNothingCanBeUpgraded) {
    auto made = good();
    made.http_version = "HTTP/1.0";
    EXPECT_EQ(knock(made), 426);
}

}  // namespace
}  // namespace collab::server
