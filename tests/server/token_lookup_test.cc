// SPDX-License-Identifier: Apache-2.0
#include "areas/users/token_table.h"
#include "crypto/token_hash.h"
#include "server/fake_socket.h"
#include "server/web_fixture.h"

namespace collab::server {
namespace {

using namespace std::chrono_literals;

constexpr const char* kMe = "/client/users/me";

class TokenOfAnotherProgram : public test::WebTest {
protected:
    void SetUp() override {
        WebTest::SetUp();
        if (IsSkipped()) return;
        user_ = world().user("ana");
        const auto id = world().number(
            "INSERT INTO access_tokens (user_id, hash, created_at) VALUES ($1, $2, 0) RETURNING id",
            {user_, crypto::hash_token("secret")});
        token_ = header(id, "secret");
    }
    void TearDown() override {
        if (!IsSkipped()) world().faults = test::Faults();
        WebTest::TearDown();
    }

    std::string header(std::int64_t id, const std::string& secret) const {
        return std::to_string(user_.value) + " " + crypto::format_access_token({id, secret});
    }
    int status_of(const std::string& token) {
        return ask(with_token(request("GET", kMe), token)).status;
    }

    // A handshake with that token: the status of the refusal, or 101 and a handler.
    int open(const std::string& token, const std::string& version = "1.14.0") {
        auto decision = application().on_upgrade(handshake(token, version));
        if (const auto* refused = std::get_if<net::HttpResponse>(&decision)) return refused->status;
        handler_ = std::get<net::AcceptSocket>(decision)(socket_);
        return 101;
    }
    bool got_hello() {
        net::OutFrame frame;
        return handler_->next_frame(frame);
    }

    UserId user_;
    std::string token_;
    test::FakeSocket socket_;
    std::unique_ptr<net::SocketHandler> handler_;
};
COLLAB_DATABASE_SUITE(TokenOfAnotherProgram);

TEST_P(TokenOfAnotherProgram, CountsFromTheFirstRequestOn) {
    EXPECT_EQ(status_of(token_), 200);
    EXPECT_EQ(open(token_), 101);
    EXPECT_TRUE(got_hello());
    handler_->on_closed();
}

TEST_P(TokenOfAnotherProgram, IsRefusedWhenItIsWrongOrUnknown) {
    EXPECT_EQ(status_of(header(1, "guess")), 401);
    EXPECT_EQ(status_of(header(99, "secret")), 401);
    EXPECT_EQ(open(header(99, "secret")), 401);
}

TEST_P(TokenOfAnotherProgram, IsRefusedWithAReasonWhenItsHashIsOfAnOldKind) {
    world().sql("UPDATE access_tokens SET hash = '$scrypt$ln=14,r=8,p=1$c2FsdA$aGFzaA'");
    const auto answer = ask(with_token(request("GET", kMe), token_));
    EXPECT_EQ(answer.status, 401);
    EXPECT_NE(answer.body.find("reason=legacy_token"), std::string::npos) << answer.body;
    EXPECT_EQ(open(token_), 401);
}

TEST_P(TokenOfAnotherProgram, LetsManyRequestsWaitForOneLookup) {
    int answered = 0;
    for (int i = 0; i < 3; ++i) {
        application().on_http(with_token(request("GET", kMe), token_),
                              [&](const net::HttpResponse& r) { answered += r.status == 200; });
    }
    EXPECT_EQ(answered, 0);
    world().settle();
    EXPECT_EQ(answered, 3);
}

TEST_P(TokenOfAnotherProgram, Is503OnlyWhenTheDatabaseIsAway) {
    world().faults.statement = [] { return true; };
    EXPECT_EQ(status_of(token_), 503);
    world().faults = test::Faults();
    EXPECT_EQ(status_of(token_), 200);
}

TEST_P(TokenOfAnotherProgram, OpensAWebSocketWhoseHelloWaitsForTheLookup) {
    ASSERT_EQ(open(token_), 101);
    EXPECT_FALSE(got_hello());
    world().settle();
    EXPECT_TRUE(socket_.woken);
    EXPECT_TRUE(got_hello());
    EXPECT_EQ(world().live().hub.peers_of(user_).size(), 1u);
    handler_->on_closed();
    EXPECT_TRUE(world().live().hub.peers_of(user_).empty());
}

TEST_P(TokenOfAnotherProgram, ClosesAWebSocketWithoutHelloWhenItIsUnknownAndThenAnswers401) {
    ASSERT_EQ(open(header(99, "secret")), 101);
    world().settle();
    EXPECT_EQ(socket_.closed, net::CloseCode::policy_violation);
    EXPECT_FALSE(got_hello());
    EXPECT_EQ(open(header(99, "secret")), 401);
}

TEST_P(TokenOfAnotherProgram, IsRefusedAtOnceWhenThisServerTookItAway) {
    EXPECT_EQ(status_of(token_), 200);
    users::TokenChange change;
    change.removed = {world().number("SELECT id FROM access_tokens")};
    world().live().state<users::TokenTable>().apply(change);
    EXPECT_EQ(open(token_), 401);
}

TEST_P(TokenOfAnotherProgram, IsRefusedSoonAfterThatProgramTookItAway) {
    EXPECT_EQ(status_of(token_), 200);
    world().sql("DELETE FROM access_tokens");
    world().advance(3s);  // a fifth of the clean-up time
    EXPECT_EQ(status_of(token_), 401);
    EXPECT_EQ(open(token_), 401);
}

TEST_P(TokenOfAnotherProgram, TellsTheClientToTryAgainWhenTheDatabaseIsAway) {
    world().faults.statement = [] { return true; };
    ASSERT_EQ(open(token_), 101);
    world().settle();
    EXPECT_EQ(socket_.closed, net::CloseCode::try_again_later);
}

TEST_P(TokenOfAnotherProgram, TakesNoMessageBeforeHello) {
    ASSERT_EQ(open(token_), 101);
    handler_->on_message({});
    EXPECT_EQ(socket_.closed, net::CloseCode::policy_violation);
}

TEST_P(TokenOfAnotherProgram, SurvivesAClientThatLeavesBeforeTheAnswer) {
    ASSERT_EQ(open(token_), 101);
    handler_->on_closed();
    handler_.reset();
    world().settle();
    EXPECT_TRUE(world().live().hub.peers_of(user_).empty());
}

TEST_P(TokenOfAnotherProgram, OpensNothingForAnEditorThatIsTooOld) {
    web.handshake.min_app_version = {0, 157, 0, {}, {}};
    application().reload(web);
    EXPECT_EQ(open(token_, "0.1.0"), 426);
}

}  // namespace
}  // namespace collab::server
