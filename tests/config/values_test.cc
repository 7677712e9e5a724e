// SPDX-License-Identifier: Apache-2.0
#include "config/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collab::config {
namespace {

using namespace std::chrono_literals;

template <class T>
std::optional<T> parsed(std::string_view text) {
    T value{};
    if (!parse_value(text, value).ok()) return std::nullopt;
    return value;
}

TEST(Durations, TakeAUnitAndFractions) {
    EXPECT_EQ(parsed<Duration>("30s"), 30s);
    EXPECT_EQ(parsed<Duration>("0.5s"), 500ms);
    EXPECT_EQ(parsed<Duration>("1.25h"), 75min);
    EXPECT_EQ(parsed<Duration>("10m"), 10min);
    EXPECT_EQ(parsed<Duration>("250ms"), 250ms);
    EXPECT_EQ(parsed<Duration>("1d"), 24h);
    EXPECT_EQ(parsed<Duration>("0"), 0s);
}

TEST(Durations, RefuseWhatCouldMeanAnything) {
    for (const char* text : {"", "30", "s", "-1s", "+1s", "30 s", "1e3s", "nan", "infs", "30sec",
                             "99999999d", "0.0001ms", "0x10s", "1s1"})
        EXPECT_FALSE(parsed<Duration>(text)) << text;
}

TEST(Durations, AreWrittenInTheLargestUnitThatFits) {
    EXPECT_EQ(format_value(Duration(90s)), "90s");
    EXPECT_EQ(format_value(Duration(120s)), "2m");
    EXPECT_EQ(format_value(Duration(500ms)), "500ms");
    EXPECT_EQ(format_value(Duration(0)), "0");
    for (Duration value : {Duration(1ms), Duration(1500ms), Duration(87600h - 1ms), Duration(49h)})
        EXPECT_EQ(parsed<Duration>(format_value(value)), value) << format_value(value);
}

TEST(Sizes, AreBinaryAndWhole) {
    EXPECT_EQ(parsed<Bytes>("8MiB"), Bytes{8 << 20});
    EXPECT_EQ(parsed<Bytes>("64KiB"), Bytes{64 << 10});
    EXPECT_EQ(parsed<Bytes>("512"), Bytes{512});
    EXPECT_EQ(parsed<Bytes>("512B"), Bytes{512});
    for (const char* text :
         {"", "8MB", "-1", "1.5MiB", "8 MiB", "99999999999999999999", "9999999999GiB", "MiB"})
        EXPECT_FALSE(parsed<Bytes>(text)) << text;
    EXPECT_EQ(format_value(Bytes{8 << 20}), "8MiB");
    EXPECT_EQ(format_value(Bytes{1000}), "1000B");
}

TEST(Booleans, ComeInSeveralSpellings) {
    for (const char* text : {"true", "on", "yes", "1"}) EXPECT_EQ(parsed<bool>(text), true);
    for (const char* text : {"false", "off", "no", "0"}) EXPECT_EQ(parsed<bool>(text), false);
    EXPECT_FALSE(parsed<bool>("maybe"));
    EXPECT_FALSE(parsed<bool>("True"));
}

TEST(Numbers, StayInTheirRange) {
    EXPECT_EQ(parsed<std::uint16_t>("65535"), 65535);
    EXPECT_FALSE(parsed<std::uint16_t>("65536"));
    EXPECT_FALSE(parsed<std::uint32_t>("-1"));
    EXPECT_FALSE(parsed<std::uint32_t>("1.5"));
    EXPECT_FALSE(parsed<std::uint32_t>(""));
}

TEST(Lists, AreSeparatedByCommas) {
    EXPECT_THAT(*parsed<std::vector<std::string>>(" a, b ,,c"),
                ::testing::ElementsAre("a", "b", "c"));
    EXPECT_TRUE(parsed<std::vector<std::string>>("")->empty());
}

TEST(Words, SayWhichOnesThereAre) {
    Tls tls;
    EXPECT_EQ(parse_value("sometimes", tls).error().message,
              "takes both, only, off, not 'sometimes'");
    EXPECT_EQ(parsed<Migrate>("auto"), Migrate::automatic);
    EXPECT_EQ(parsed<LogLevel>("debug"), LogLevel::debug);
}

}  // namespace
}  // namespace collab::config
