// SPDX-License-Identifier: Apache-2.0
#include "crypto/token_hash.h"
#include "proto/envelope.pb.h"
#include "server/fake_socket.h"
#include "server/web_fixture.h"
#include "wire/frame.h"

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

    // Of the UpdateUserPlan among all that waits to be sent.
    static std::optional<proto::Plan> plan_sent(net::SocketHandler& handler) {
        wire::Decoder decoder;
        std::optional<proto::Plan> plan;
        for (net::OutFrame frame; handler.next_frame(frame);) {
            std::string bytes(wire::as_text(frame.body));
            bytes += wire::as_text(frame.tail);
            const auto decoded = decoder.decode(wire::as_bytes(bytes));
            proto::Envelope envelope;
            EXPECT_TRUE(decoded.ok() &&
                        envelope.ParseFromString(std::string(wire::as_text(*decoded))));
            if (envelope.has_update_user_plan()) plan = envelope.update_user_plan().plan();
        }
        return plan;
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

TEST_P(Handshake, KnowsSoonWhomAnotherProgramMade) {
    const auto made = world().user("bob");
    const auto token = std::to_string(made.value) + " ADMIN_TOKEN:secret";
    EXPECT_EQ(knock(handshake(token)), 500);
    world().advance(std::chrono::seconds(3));  // a fifth of the clean-up time
    EXPECT_EQ(knock(handshake(token)), 101);
}

TEST_P(Handshake, Is401WithAnAuthorizationThatIsNoPlainText) {
    auto made = good();
    set_header(made, "authorization", "\xC3\xA4 token");
    EXPECT_EQ(knock(made), 401);
    set_header(made, "authorization", "a token");
    EXPECT_EQ(knock(made), 400);
}

TEST_P(Handshake, Is429WhenTheUserHas64ConnectionsAlready) {
    world().connect(world().user("bo"));
    auto& first = world().connect(user_);
    for (int i = 1; i < 63; ++i) world().connect(user_);
    EXPECT_EQ(knock(good()), 101);
    world().connect(user_);
    EXPECT_EQ(knock(good()), 429);
    world().drop(first);
    EXPECT_EQ(knock(good()), 101);
}

TEST_P(Handshake, Is426OverHttp10WhereNothingCanBeUpgraded) {
    auto made = good();
    made.http_version = "HTTP/1.0";
    EXPECT_EQ(knock(made), 426);
}

TEST_P(Handshake, CountsAnAdminWhoIsSignedInAsSomebodyForStaffAndNamesThemInTheLog) {
    const auto boss = world().user("boss");
    const auto id = world().number(
        "INSERT INTO access_tokens (user_id, impersonated_user_id, hash, created_at) "
        "VALUES ($1, $2, $3, 0) RETURNING id",
        {boss, user_, crypto::hash_token("hidden")});
    const auto token =
        std::to_string(user_.value) + " " + crypto::format_access_token({id, "hidden"});
    ask(with_token(request("GET", "/client/users/me"), token));  // makes it known

    auto decision = application().on_upgrade(handshake(token, "0.193.0"));
    ASSERT_TRUE(std::holds_alternative<net::AcceptSocket>(decision));
    test::FakeSocket socket;
    testing::internal::CaptureStderr();
    const auto handler = std::get<net::AcceptSocket>(decision)(socket);
    const auto log = testing::internal::GetCapturedStderr();
    world().settle();
    EXPECT_EQ(plan_sent(*handler), proto::ZedPro);
    handler->on_closed();
    const auto line = "audit: user " + std::to_string(boss.value) + " signs in as user " +
                      std::to_string(user_.value) + "\n";
    EXPECT_NE(log.find(line), std::string::npos) << log;
    EXPECT_EQ(log.find("hidden"), std::string::npos) << log;
}

}  // namespace
}  // namespace collab::server
