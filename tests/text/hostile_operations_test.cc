// SPDX-License-Identifier: Apache-2.0
// What a client must not be able to do to the notes of others (spec 2, 9.7).

#include <gtest/gtest.h>

#include "text/deferred_operations.h"
#include "text/text_snapshot.h"

namespace collab::text {
namespace {

const Version kSeenBase{kBaseText};

// "hé!" is four bytes; a character begins at 0, 1 and 3.
class HostileOperations : public ::testing::Test {
protected:
    void expect_refused(const Operation& operation, ErrorCode code = ErrorCode::invalid) {
        const auto fragments = buffer.fragments();
        const Version version = buffer.version();
        const auto outcome = buffer.apply(operation);
        ASSERT_FALSE(outcome.ok());
        EXPECT_EQ(outcome.error().code, code) << outcome.error().message;
        EXPECT_EQ(buffer.fragments(), fragments);
        EXPECT_EQ(buffer.version(), version);
        EXPECT_EQ(buffer.text(), "hé!");
    }
    void expect_refused(std::vector<Range> ranges, std::vector<std::string> texts) {
        expect_refused(Edit{{5, 8}, kSeenBase, std::move(ranges), std::move(texts)});
    }

    TextBuffer buffer{"hé!"};
};

TEST_F(HostileOperations, RangesBeyondTheTextAreRefused) {
    expect_refused({{5, 5}}, {"x"});
    expect_refused({{0, 5}}, {""});
    expect_refused({{0, 1}, {4, ~std::uint64_t{0}}}, {"x", "y"});
}

TEST_F(HostileOperations, RangesAreBoundedByWhatTheAuthorHadSeen) {
    expect_refused(Edit{{5, 8}, {}, {{1, 1}}, {"x"}});
    EXPECT_TRUE(buffer.apply(Edit{{5, 8}, {}, {{0, 0}}, {"x"}}).ok());
}

TEST_F(HostileOperations, ReversedDescendingAndOverlappingRangesAreRefused) {
    expect_refused({{3, 1}}, {""});
    expect_refused({{3, 3}, {1, 1}}, {"x", "y"});
    expect_refused({{0, 3}, {1, 4}}, {"x", "y"});
}

TEST_F(HostileOperations, CutCharactersAreRefused) {
    expect_refused({{2, 2}}, {"x"});
    expect_refused({{0, 1}, {1, 2}}, {"x", ""});
    expect_refused({{2, 3}}, {""});
}

TEST_F(HostileOperations, TextThatIsNotUtf8IsRefused) {
    expect_refused({{0, 0}}, {"\xc3"});
    expect_refused({{0, 0}, {1, 1}}, {"\xc3", "\xa9"});
    expect_refused({{0, 0}}, {"x", "\xff"});
}

TEST_F(HostileOperations, TimestampsOutOfRangeAreRefused) {
    expect_refused(Edit{{0, 8}, {}, {{0, 0}}, {"x"}});
    expect_refused(Edit{{kMaxLamportValue + 1, 8}, {}, {{0, 0}}, {"x"}});
    EXPECT_TRUE(buffer.apply(Edit{{kMaxLamportValue, 8}, {}, {{0, 0}}, {"x"}}).ok());
}

TEST_F(HostileOperations, TimestampsNotAfterTheirOwnVersionAreRefused) {
    expect_refused(Edit{{1, 8}, kSeenBase, {{0, 0}}, {"x"}});
    expect_refused(Edit{{5, 8}, {kBaseText, {5, 8}}, {{0, 0}}, {"x"}});
    expect_refused(Undo{{5, 8}, {kBaseText, {9, 9}}, {{kBaseText, 1}}});
}

// Nothing forbids it, and clients count it when the edit comes.
TEST_F(HostileOperations, UndoOfWhatIsNotThereYetCountsOnceItIs) {
    EXPECT_TRUE(buffer.apply(Undo{{5, 8}, kSeenBase, {{{3, 9}, 1}, {{4, 9}, 1}}}).ok());
    EXPECT_EQ(buffer.text(), "hé!");
    EXPECT_TRUE(buffer.apply(Edit{{3, 9}, kSeenBase, {{0, 1}}, {"HH"}}).ok());
    EXPECT_EQ(buffer.text(), "hé!");
    EXPECT_EQ(buffer.visible_bytes(), 4u);
    EXPECT_TRUE(buffer.apply(Undo{{6, 8}, {kBaseText, {5, 8}}, {{{3, 9}, 2}}}).ok());
    EXPECT_EQ(buffer.text(), "HHé!");
}

TEST_F(HostileOperations, UndoOfWhatCanNeverBeIsNoMatter) {
    const std::vector<UndoCount> counts = {{{0, 9}, 1}, {{kMaxLamportValue + 1, 9}, 1}};
    EXPECT_TRUE(buffer.apply(Undo{{5, 8}, kSeenBase, counts}).ok());
    EXPECT_EQ(buffer.text(), "hé!");
}

TEST_F(HostileOperations, TooMuchInOneOperationIsRefused) {
    const auto code = ErrorCode::too_many;
    const std::string half(kMaxNewTextBytes / 2, 'x');
    const std::vector<Range> ranges(kMaxRanges + 1);
    const std::vector<UndoCount> counts(kMaxUndoCounts + 1, {kBaseText, 1});
    expect_refused(Edit{{5, 8}, kSeenBase, {{0, 0}}, {half, half, "x"}}, code);
    expect_refused(Edit{{5, 8}, kSeenBase, ranges, {}}, code);
    expect_refused(Undo{{5, 8}, kSeenBase, counts}, code);
}

TEST_F(HostileOperations, WhatDependsOnARefusedOneIsNeverApplied) {
    DeferredOperations deferred;
    const Operation poison = Edit{{5, 8}, kSeenBase, {{9, 9}}, {"x"}};
    const Operation later = Edit{{6, 8}, {kBaseText, {5, 8}}, {{0, 0}}, {"y"}};
    const auto delivery = deferred.deliver(buffer, {later, poison}, {1});
    ASSERT_EQ(delivery.refused.size(), 1u);
    EXPECT_EQ(delivery.refused[0].at, (Lamport{5, 8}));
    EXPECT_EQ(delivery.refused[0].sender.connection, 1u);
    EXPECT_TRUE(delivery.applied.empty());
    EXPECT_EQ(deferred.held().at({1}).operations, 1u);
    EXPECT_EQ(buffer.text(), "hé!");

    const Snapshot result = snapshot("hé!", std::vector<Operation>{later, poison});
    EXPECT_EQ(result.text, "hé!");
    EXPECT_EQ(result.refused.size(), 1u);
    EXPECT_EQ(result.deferred, 1u);
}

TEST_F(HostileOperations, ExtraItemsOfTheLongerListMeanNothing) {
    EXPECT_TRUE(buffer.apply(Edit{{5, 8}, kSeenBase, {{0, 1}, {3, 3}}, {"H"}}).ok());
    EXPECT_TRUE(buffer.apply(Edit{{6, 8}, {kBaseText, {5, 8}}, {{0, 0}}, {"<", ">"}}).ok());
    EXPECT_TRUE(buffer.apply(Edit{{7, 8}, {kBaseText, {6, 8}}, {}, {}}).ok());
    EXPECT_EQ(buffer.text(), "<Hé!");
    EXPECT_TRUE(buffer.observed({7, 8}));
}

TEST_F(HostileOperations, TheLastOfTwoCountsInOneUndoWins) {
    EXPECT_TRUE(buffer.apply(Undo{{5, 8}, kSeenBase, {{kBaseText, 3}, {kBaseText, 2}}}).ok());
    EXPECT_EQ(buffer.text(), "hé!");
}

}  // namespace
}  // namespace collab::text
