// SPDX-License-Identifier: Apache-2.0
#pragma once

// What tests of record handlers stand on: real SQL on both databases, one handler at a time inside
// a transaction, and the outbox that it filled, to be read.
//
//     class JoinChannel : public test::AreaTest {};
//     COLLAB_DATABASE_SUITE(JoinChannel);
//     TEST_P(JoinChannel, …) { const auto ada = given_user("ada"); auto answer = run(ada,
//     join_channel, request); … }

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "db/tx.h"
#include "rpc/call.h"
#include "rpc/outbox.h"
#include "support/test_database.h"

namespace collab::test {

// A message that an outbox wants delivered, decoded.
struct Posted {
    rpc::Address address;
    std::uint32_t tag = 0;
    std::string payload;
    std::optional<PeerId> except;
    std::optional<PeerId> sender;
};

// The posts of an outbox in order; effects and the reply mark are left out.
std::vector<Posted> posts_of(const rpc::Outbox& outbox);

// The messages of type M among them.
template <class M>
std::vector<M> messages(const rpc::Outbox& outbox) {
    std::vector<M> found;
    for (const auto& posted : posts_of(outbox)) {
        if (posted.tag != wire::tag_of<M>()) continue;
        M message;
        EXPECT_TRUE(message.ParseFromString(posted.payload));
        found.push_back(std::move(message));
    }
    return found;
}

class AreaTest : public DatabaseTest {
protected:
    void SetUp() override;

    // A user row; the name is also the login.
    UserId given_user(const std::string& name);
    // A servers row and the peer `number` of it; rows that name a connection need its server.
    PeerId peer(std::uint32_t number) const { return {server_, number}; }
    rpc::Caller caller(UserId user, PeerId peer) const;
    rpc::Caller caller(UserId user) const {
        return caller(user, {server_, static_cast<std::uint32_t>(user.value)});
    }

    // Runs `handler` in a transaction that is committed when it succeeds; its outbox is `outbox()`.
    // The user's connection has the user's number.
    template <class Response, class Request>
    Result<Response> run(UserId user, Result<Response> (*handler)(rpc::Call&, const Request&),
                         const Request& request) {
        return in_transaction(caller(user),
                              [&](rpc::Call& call) { return handler(call, request); });
    }
    template <class Request>
    Status run(UserId user, Status (*handler)(rpc::Call&, const Request&), const Request& request) {
        return in_transaction(caller(user),
                              [&](rpc::Call& call) { return handler(call, request); });
    }
    template <class F>
    auto in_transaction(const rpc::Caller& caller, F work) {
        outbox_ = rpc::Outbox();
        EXPECT_TRUE(connection().begin(db::Durability::must).ok());
        db::Tx tx(connection());
        rpc::Call call{tx, caller, outbox_, random_, settings_, services_, now_, nullptr};
        auto result = work(call);
        if (result.ok()) {
            const Status settled = outbox_.settle();
            EXPECT_TRUE(settled.ok()) << (settled.ok() ? "" : settled.error().message);
            const Status committed = connection().commit();
            EXPECT_TRUE(committed.ok()) << (committed.ok() ? "" : committed.error().message);
        } else {
            connection().rollback();
        }
        return result;
    }
    // Runs SQL outside of any handler; for arranging and for looking.
    db::Rows sql(std::string_view text, const db::Values& values = {});

    const rpc::Outbox& outbox() const { return outbox_; }
    template <class M>
    std::vector<M> posted() const {
        return messages<M>(outbox_);
    }

    rpc::Settings settings_;
    rpc::Services services_;
    WallTime now_{std::chrono::milliseconds(1'767'225'600'000)};

private:
    rpc::Outbox outbox_;
    SeededRandom random_{1};
    std::uint32_t server_ = 0;
};

}  // namespace collab::test
