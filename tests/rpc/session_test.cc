// SPDX-License-Identifier: Apache-2.0
#include "rpc/session.h"

#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "proto/core.pb.h"
#include "proto/rooms.pb.h"
#include "rpc/settings.h"

namespace collab::rpc {
namespace {

class Socket final : public Transport {
public:
    void wake() override {}
    void close(std::uint16_t code, std::string_view) override { close_code = code; }

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
    for (int i = 0; i < 7; ++i) send(1);
    EXPECT_GE(session.queued_bytes(), 7u << 20);
    EXPECT_EQ(socket.close_code, 0);
    send(1);
    EXPECT_EQ(socket.close_code, 1013);
    EXPECT_FALSE(session.next_frame()) << "who does not read would not read the rest either";
}

// What is short costs more than its bytes.
TEST_F(SessionTest, IsClosedBeforeShortMessagesTakeALotOfMemory) {
    const auto body = std::make_shared<const std::string>("x");
    std::size_t sent = 0;
    for (; socket.close_code == 0; ++sent) session.send(9, body);
    EXPECT_LT(sent, limits.queue_bytes / 32);
    EXPECT_GT(sent, limits.queue_bytes / 256);
}

TEST_F(SessionTest, KeepsItsOrderWhenItIsNeverQuiteEmpty) {
    const auto text = [](int number) {
        return std::make_shared<const std::string>(std::to_string(number));
    };
    std::vector<std::string> taken;
    const auto take = [&] {
        const auto frame = session.next_frame();
        if (frame) taken.push_back(*frame->body);
        return frame.has_value();
    };
    for (int i = 0; i < 500; ++i) {
        session.send(9, text(2 * i));
        session.send(9, text(2 * i + 1));
        ASSERT_TRUE(take());
        if (i > 100) {
            ASSERT_TRUE(take());
        }
    }
    while (take()) {
    }
    ASSERT_EQ(taken.size(), 1000u);
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(taken[static_cast<std::size_t>(i)], *text(i));
    EXPECT_EQ(session.queued_bytes(), 0u);
}

// Only the newest state of a room is sent, wherever the older one stands.
TEST_F(SessionTest, SendsOneRoomUpdatedOfThoseThatWait) {
    const auto tag = wire::tag_of<proto::RoomUpdated>();
    const auto body = [](const char* text) { return std::make_shared<const std::string>(text); };
    session.send(tag, body("sent"));
    ASSERT_TRUE(session.next_frame());
    for (int i = 0; i < 200; ++i) session.send(9, body("x"));
    for (int i = 0; i < 150; ++i) ASSERT_TRUE(session.next_frame());
    session.send(tag, body("older"));
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(session.next_frame());
    session.send(9, body("between"));  // the queue is compacted
    session.send(tag, body("newest"));
    std::vector<std::string> rest;
    while (const auto frame = session.next_frame()) rest.push_back(*frame->body);
    ASSERT_EQ(rest.size(), 12u);
    EXPECT_EQ(rest[10], "between");
    EXPECT_EQ(rest[11], "newest");
    EXPECT_EQ(session.queued_bytes(), 0u);
}

TEST_F(SessionTest, TakesTheLongestMessageThatMayBeSentAndWhatComesWithIt) {
    send(1);
    send(16);
    send(6);
    EXPECT_EQ(socket.close_code, 0);
    for (const std::size_t size : {1, 16, 6}) {
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
