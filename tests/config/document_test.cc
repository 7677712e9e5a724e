// SPDX-License-Identifier: Apache-2.0
#include "config/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collab::config {
namespace {

using ::testing::StartsWith;

TEST(Document, IsAFlatListWithPlaces) {
    const auto entries = parse_document("c.toml", R"(
port = 8080
listen = ["[::]:1", "127.0.0.1:2"]
require_auth = false

[limits]
queue_age = "5s"
)");
    ASSERT_TRUE(entries.ok()) << entries.error().message;
    const auto find = [&](std::string_view name) {
        for (const auto& entry : *entries)
            if (entry.name == name) return entry;
        return Entry{};
    };
    ASSERT_EQ(entries->size(), 4u);
    EXPECT_EQ(find("port").value, "8080");
    EXPECT_EQ(find("port").line, 2u);
    EXPECT_EQ(find("listen").value, "[::]:1,127.0.0.1:2");
    EXPECT_EQ(find("require_auth").value, "false");
    EXPECT_EQ(find("limits.queue_age").value, "5s");
    EXPECT_EQ(find("limits.queue_age").line, 7u);
    EXPECT_EQ(find("limits.queue_age").column, 1u);
}

TEST(Document, SaysWhereItIsBroken) {
    EXPECT_THAT(parse_document("c.toml", "port = 1\nlisten = [").error().message,
                StartsWith("c.toml:2:"));
    EXPECT_THAT(parse_document("c.toml", "port = 1\nport = 2").error().message,
                StartsWith("c.toml:2:"));
    EXPECT_THAT(parse_document("c.toml", "a = \"\xff\"").error().message, StartsWith("c.toml:1:"));
    EXPECT_THAT(parse_document("c.toml", "[~limits\x1d\n").error().message,
                StartsWith("c.toml:1:2:"));
    EXPECT_THAT(parse_document("c.toml", "[limit\xc3\xb9]\n").error().message,
                StartsWith("c.toml:1:7:"));
}

TEST(Document, RefusesValuesThatNoKeyTakes) {
    EXPECT_EQ(parse_document("c.toml", "port = 1.5").error().message,
              "c.toml:1:8: 'port' takes a text, a whole number, true, false or a list");
    EXPECT_FALSE(parse_document("c.toml", "at = 2026-01-01").ok());
    EXPECT_FALSE(parse_document("c.toml", "listen = [[1]]").ok());
    EXPECT_FALSE(parse_document("c.toml", "listen = ['a,b']").ok());
}

TEST(Document, KeepsAnEmptyTableVisible) {
    const auto entries = parse_document("c.toml", "[limitz]");
    ASSERT_EQ(entries->size(), 1u);
    EXPECT_EQ(entries->front().name, "limitz.");
}

TEST(Document, IsNotFooledByDepthOrLength) {
    EXPECT_FALSE(parse_document("c.toml", "a = " + std::string(100'000, '[')).ok());
    EXPECT_FALSE(parse_document("c.toml", std::string(2 << 20, ' ')).ok());
    EXPECT_TRUE(parse_document("c.toml", "").ok());
}

}  // namespace
}  // namespace collab::config
