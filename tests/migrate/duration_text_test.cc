// SPDX-License-Identifier: Apache-2.0
#include "migrate/duration_text.h"

#include <gtest/gtest.h>

namespace collab::migrate {
namespace {

using namespace std::chrono_literals;

TEST(DurationText, TakesWhatPeopleType) {
    EXPECT_EQ(parse_duration("500ms"), 500ms);
    EXPECT_EQ(parse_duration("90s"), 90s);
    EXPECT_EQ(parse_duration("10m"), 10min);
    EXPECT_EQ(parse_duration("2h"), 2h);
    EXPECT_EQ(parse_duration("0.5s"), 500ms);
    EXPECT_EQ(parse_duration("0s"), 0ms);
}

TEST(DurationText, RefusesTheRest) {
    for (const char* text :
         {"", "5", "s", "-1s", "1 s", "1d", "25h", "nan s", "inf", "1e3s", "1sx"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace collab::migrate
