// SPDX-License-Identifier: Apache-2.0
#include "text/deferred_operations.h"

#include <gtest/gtest.h>

namespace collab::text {
namespace {

// Each is appended by replica 8, which wrote all the others before.
Operation appended(std::uint32_t value) {
    Version version;
    version.observe({value - 1, 8});
    const std::uint64_t end = value - 1;
    return Edit{
        {value, 8}, version, {{end, end}}, {std::string(1, static_cast<char>('0' + value))}};
}

TEST(DeferredOperations, HoldsWhatIsEarlyUntilItsPredecessorArrives) {
    TextBuffer buffer("");
    DeferredOperations deferred;
    EXPECT_TRUE(deferred.deliver(buffer, {appended(3), appended(2)}, {1}).applied.empty());
    EXPECT_EQ(deferred.held().at({1}).operations, 2u);
    EXPECT_EQ(deferred.held().at({1}).bytes, footprint(appended(2)) + footprint(appended(3)));

    const auto delivery = deferred.deliver(buffer, {appended(1)}, {2});
    ASSERT_EQ(delivery.applied.size(), 3u);
    EXPECT_EQ(delivery.applied[0].sender.connection, 2u);
    EXPECT_EQ(delivery.applied[1].operation, appended(2));
    EXPECT_EQ(delivery.applied[2].sender.connection, 1u);
    EXPECT_EQ(buffer.text(), "123");
    EXPECT_EQ(deferred.size(), 0u);
}

TEST(DeferredOperations, TellsDuplicatesOfWhatIsAppliedHeldOrInTheSameBatch) {
    TextBuffer buffer("");
    DeferredOperations deferred;
    const auto first = deferred.deliver(buffer, {appended(1), appended(1), appended(3)}, {1});
    EXPECT_EQ(first.applied.size(), 1u);
    EXPECT_EQ(first.duplicates.size(), 1u);
    const auto second = deferred.deliver(buffer, {appended(1), appended(3)}, {2});
    EXPECT_EQ(second.applied.size(), 0u);
    EXPECT_EQ(second.duplicates.size(), 2u);
    EXPECT_FALSE(deferred.held().contains({2}));
    EXPECT_EQ(buffer.text(), "1");
}

TEST(DeferredOperations, AnEarlyOperationBlocksTheLaterOnesOfItsReplica) {
    TextBuffer buffer("");
    DeferredOperations deferred;
    const Operation careless = Edit{{9, 8}, {}, {{0, 0}}, {"x"}};  // leaves out its own past
    EXPECT_TRUE(deferred.deliver(buffer, {careless, appended(2)}, {1}).applied.empty());
    EXPECT_EQ(deferred.deliver(buffer, {appended(1)}, {1}).applied.size(), 3u);
}

TEST(DeferredOperations, NeedsNoFurtherDeliveryForWhatANewerOneAllows) {
    TextBuffer buffer("");
    DeferredOperations deferred;
    Version version;
    version.observe({3, 9});
    const Operation older = Edit{{6, 8}, version, {{0, 0}}, {"a"}};
    const Operation newer = Edit{{14, 9}, {}, {{0, 0}}, {"b"}};  // the first one of its replica
    EXPECT_EQ(deferred.deliver(buffer, {older, newer}, {1}).applied.size(), 2u);
    EXPECT_EQ(deferred.size(), 0u);
}

// Each is written upon the one after it, so that every pass in timestamp order finds one.
TEST(DeferredOperations, TakesAChainInTheWrongOrderFromItsEnd) {
    constexpr std::uint32_t kLength = 20'000;
    std::vector<Operation> chain;
    for (std::uint32_t i = 0; i < kLength; ++i) {
        Version version;
        if (i + 1 < kLength) version.observe({1, static_cast<std::uint16_t>(9 + i)});
        chain.emplace_back(
            Edit{{i + 2, static_cast<std::uint16_t>(8 + i)}, version, {{0, 0}}, {"x"}});
    }
    TextBuffer buffer("");
    DeferredOperations deferred;
    const auto delivery = deferred.deliver(buffer, chain, {1});
    ASSERT_EQ(delivery.applied.size(), kLength);
    EXPECT_EQ(delivery.applied.front().operation, chain.back());
    EXPECT_EQ(delivery.applied.back().operation, chain.front());
    EXPECT_EQ(deferred.size(), 0u);
}

// What waits for several goes on waiting until the last of them is there, and a wrong one in
// between keeps back what depends on it only.
TEST(DeferredOperations, GoesOnWithWhatLackedSeveral) {
    TextBuffer buffer("");
    DeferredOperations deferred;
    Version two;
    two.observe({3, 10});
    two.observe({4, 11});
    const Operation last = Edit{{9, 8}, two, {{0, 0}}, {"a"}};
    Version wrong;
    wrong.observe({5, 12});
    const Operation behind = Edit{{7, 13}, wrong, {{0, 0}}, {"b"}};
    EXPECT_TRUE(deferred.deliver(buffer, {last, behind}, {1}).applied.empty());
    const Operation outside = Edit{{5, 12}, {}, {{50, 60}}, {"c"}};
    const Operation first = Edit{{14, 10}, {}, {{0, 0}}, {"d"}};
    const Operation second = Edit{{15, 11}, {}, {{0, 0}}, {"e"}};
    const auto delivery = deferred.deliver(buffer, {outside, first, second}, {2});
    ASSERT_EQ(delivery.applied.size(), 3u);
    EXPECT_EQ(delivery.applied[2].operation, last);
    ASSERT_EQ(delivery.refused.size(), 1u);
    EXPECT_TRUE(deferred.holds({7, 13}));
    EXPECT_EQ(deferred.size(), 1u);
}

TEST(DeferredOperations, ForgetsWhatADroppedSenderHadWaiting) {
    TextBuffer buffer("");
    DeferredOperations deferred;
    deferred.deliver(buffer, {appended(2)}, {1});
    deferred.deliver(buffer, {appended(3)}, {2});
    deferred.drop_if(
        [](Lamport, DeferredOperations::Sender sender) { return sender.connection == 1; });
    EXPECT_EQ(deferred.size(), 1u);
    EXPECT_EQ(deferred.deliver(buffer, {appended(1)}, {3}).applied.size(), 1u);
    EXPECT_EQ(deferred.held().at({2}).operations, 1u);
}

TEST(TextBuffer, TellsEarlyFromDuplicateAndChangesNothing) {
    TextBuffer buffer("");
    EXPECT_EQ(*buffer.apply(appended(2)), Outcome::early);
    EXPECT_FALSE(buffer.observed({2, 8}));
    EXPECT_EQ(*buffer.apply(appended(1)), Outcome::applied);
    EXPECT_EQ(*buffer.apply(appended(1)), Outcome::duplicate);
    EXPECT_EQ(*buffer.apply(appended(2)), Outcome::applied);
    EXPECT_EQ(buffer.text(), "12");
    EXPECT_TRUE(buffer.covers({{2, 8}}));
    EXPECT_FALSE(buffer.covers({{1, 9}}));
}

TEST(TextBuffer, NormalisesTheLineEndsOfItsBaseTextOnly) {
    TextBuffer buffer("a\r\nb\rc\n\r");
    EXPECT_EQ(buffer.text(), "a\nb\nc\n\n");
    EXPECT_TRUE(buffer.apply(Edit{{2, 8}, {kBaseText}, {{0, 0}}, {"\r"}}).ok());
    EXPECT_EQ(buffer.text(), "\ra\nb\nc\n\n");
}

TEST(Version, IgnoresZeroAndCoversWhatItHasSeen) {
    Version version{{3, 9}, {0, 4}, {2, 8}, {1, 9}};
    EXPECT_EQ(version.entries(), (std::vector<Lamport>{{2, 8}, {3, 9}}));
    EXPECT_TRUE(version.covers({{3, 9}}));
    EXPECT_FALSE(version.covers({{1, 3}}));
    EXPECT_FALSE(version.covers({{3, 8}}));
    version.merge({{5, 7}, {9, 9}});
    EXPECT_EQ(version, (Version{{5, 7}, {2, 8}, {9, 9}}));
}

}  // namespace
}  // namespace collab::text
