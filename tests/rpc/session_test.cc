// SPDX-License-Identifier: Apache-2.0
#include "rpc/session.h"

#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "proto/core.pb.h"
#include "rpc/settings.h"

namespace collab::rpc {
namespace {

class Socket final : public Transport {
public:
    void wake() override {}
    void close(std::uint16_t code, std::string_view) override { close_code = code; }
    void abort() override {}

    std::uint16_t close_code = 0;
};

class SessionTest : public testing::Test {
protected:
    SimulatedExecutor executor{1};
    Limits limits;
    Socket socket;
    Session session{std::make_shared<const Caller>(), socket, executor, limits};

    void send(std::size_t mebibytes) {
        session.send(9, std::make_shared<const std::string>(mebibytes << 20, 'x'));
    }
};

TEST_F(SessionTest, IsClosedWhenMoreWaitsThanTheQueueMayHold) {
    for (int i = 0; i < 8; ++i) send(1);
    EXPECT_EQ(session.queued_bytes(), limits.queue_bytes);
    EXPECT_EQ(socket.close_code, 0);
    session.send(9, std::make_shared<const std::string>("x"));
    EXPECT_EQ(socket.close_code, 1013);
    EXPECT_FALSE(session.next_frame()) << "who does not read would not read the rest either";
}

TEST_F(SessionTest, TakesTheLongestMessageThatMayBeSentAndWhatComesWithIt) {
    send(1);
    send(16);
    send(7);
    EXPECT_EQ(socket.close_code, 0);
    for (const std::size_t size : {1, 16, 7}) {
        const auto frame = session.next_frame();
        ASSERT_TRUE(frame);
        EXPECT_EQ(frame->body->size(), size << 20);
    }
    send(16);
    EXPECT_EQ(socket.close_code, 0) << "the first one is gone";
    send(9);
    EXPECT_EQ(socket.close_code, 1013) << "one at a time";
}

TEST_F(SessionTest, IsClosedWhenTheOldestMessageHasWaitedForTooLong) {
    send(1);
    executor.advance(limits.queue_age);
    session.check_age();
    EXPECT_EQ(socket.close_code, 0);
    executor.advance(std::chrono::milliseconds(1));
    session.check_age();
    EXPECT_EQ(socket.close_code, 1013);
}

}  // namespace
}  // namespace collab::rpc
