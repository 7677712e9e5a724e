// SPDX-License-Identifier: Apache-2.0
#include "wire/protobuf_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/core.pb.h"

namespace collab::wire {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

class HandClock final : public Clock {
public:
    MonotonicTime now() const override { return now_; }
    WallTime wall_now() const override { return {}; }
    MonotonicTime now_{1h};
};

// What arrives on standard error when a stranger sends so many strings that are no UTF-8.
std::string said_of(int messages) {
    ::testing::internal::CaptureStderr();
    for (int i = 0; i < messages; ++i) {
        proto::Error error;
        EXPECT_FALSE(error.ParseFromString("\x0a\x01\xff"));
    }
    return ::testing::internal::GetCapturedStderr();
}

TEST(ProtobufLog, SaysOneLineAMinuteAndHowManyItLeftOut) {
    HandClock clock;
    capture_protobuf_log(clock);
    const auto before = protobuf_complaints();

    const auto first = said_of(1);
    EXPECT_THAT(first, HasSubstr("warning protobuf: "));
    EXPECT_THAT(first, HasSubstr("invalid UTF-8"));
    EXPECT_EQ(said_of(5), "");

    clock.now_ += 1min;
    EXPECT_THAT(said_of(1), HasSubstr("(5 lines before left out)"));
    EXPECT_EQ(protobuf_complaints() - before, 7u);
}

}  // namespace
}  // namespace collab::wire
