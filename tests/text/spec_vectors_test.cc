// SPDX-License-Identifier: Apache-2.0
// The vectors of spec 2, 9.8 and spec 9, 9.12, each in every order of delivery.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "text/deferred_operations.h"
#include "text/flat_model.h"
#include "text/text_snapshot.h"

namespace collab::text {
namespace {

struct Replacement {
    Range range;
    std::string text;
};

Operation E(std::uint16_t replica, std::uint32_t value, const Version& version,
            const std::vector<Replacement>& replacements) {
    Edit edit{.at = {value, replica}, .version = version, .ranges = {}, .new_text = {}};
    for (const Replacement& each : replacements) {
        edit.ranges.push_back(each.range);
        edit.new_text.push_back(each.text);
    }
    return edit;
}

Operation U(std::uint16_t replica, std::uint32_t value, const Version& version,
            const std::vector<UndoCount>& counts) {
    return Undo{.at = {value, replica}, .version = version, .counts = counts};
}

struct Vector {
    std::string base_text;
    std::vector<Operation> operations;
    std::string final_text;
    std::optional<std::vector<FragmentInfo>> fragments = std::nullopt;
};

void expect(const Vector& vector, const TextBuffer& buffer) {
    EXPECT_EQ(buffer.text(), vector.final_text);
    EXPECT_EQ(buffer.visible_bytes(), vector.final_text.size());
    if (vector.fragments) {
        EXPECT_EQ(buffer.fragments(), *vector.fragments);
    }
}

void expect_in_every_order(const Vector& vector) {
    std::vector<std::size_t> order(vector.operations.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    do {
        TextBuffer buffer(vector.base_text);
        DeferredOperations deferred;
        FlatModel model(vector.base_text);
        for (const std::size_t i : order) {
            deferred.deliver(buffer, {vector.operations[i]}, {1});
            model.deliver({vector.operations[i]});
        }
        for (std::size_t i = 0; i < order.size(); ++i) deferred.deliver(buffer, {}, {1});
        for (std::size_t i = 0; i < order.size(); ++i) model.deliver({});
        EXPECT_EQ(deferred.size(), 0u);
        EXPECT_EQ(model.text(), vector.final_text) << "the oracle itself";
        expect(vector, buffer);
    } while (!::testing::Test::HasFailure() && std::next_permutation(order.begin(), order.end()));
    EXPECT_EQ(snapshot(vector.base_text, vector.operations).text, vector.final_text);
}

// The vector with more operations after it and another result.
Vector adding(Vector vector, const Operation& operation, const std::string& final_text) {
    vector.operations.push_back(operation);
    vector.final_text = final_text;
    vector.fragments.reset();
    return vector;
}

TEST(SpecVectors, V1UndoneReplacementShowsTheOldTextAgain) {
    const Vector v1{"",
                    {E(8, 1, {}, {{{0, 0}, "red blue"}}), E(8, 2, {{1, 8}}, {{{3, 3}, ", green"}}),
                     E(8, 3, {{2, 8}}, {{{0, 3}, "pink"}}), U(8, 4, {{3, 8}}, {{{3, 8}, 1}})},
                    "red, green blue",
                    {{{{3, 8}, 0, 4, false},
                      {{1, 8}, 0, 3, true},
                      {{2, 8}, 0, 7, true},
                      {{1, 8}, 3, 5, true}}}};
    expect_in_every_order(v1);
    expect_in_every_order(adding(v1, U(8, 5, {{4, 8}}, {{{3, 8}, 2}}), "pink, green blue"));
}

TEST(SpecVectors, V2NewerInsertionsComeFirstAtOnePlace) {
    expect_in_every_order(
        {"ab",
         {E(8, 2, {kBaseText}, {{{1, 1}, "X"}}), E(9, 2, {kBaseText}, {{{1, 1}, "Y"}}),
          E(9, 3, {kBaseText, {2, 9}}, {{{2, 2}, "Z"}})},
         "aYZXb"});
}

TEST(SpecVectors, V3InsertionSurvivesAConcurrentDeletionAroundIt) {
    const Vector v3{"abcdef",
                    {E(8, 2, {kBaseText}, {{{1, 5}, ""}}), E(9, 2, {kBaseText}, {{{3, 3}, "--"}})},
                    "a--f",
                    {{{kBaseText, 0, 1, true},
                      {kBaseText, 1, 2, false},
                      {{2, 9}, 0, 2, true},
                      {kBaseText, 3, 2, false},
                      {kBaseText, 5, 1, true}}}};
    expect_in_every_order(v3);
    expect_in_every_order(
        adding(v3, U(8, 4, {kBaseText, {2, 8}, {2, 9}}, {{{2, 8}, 1}}), "abc--def"));
}

TEST(SpecVectors, V4ManyRangesInOneEdit) {
    expect_in_every_order({"one two three",
                           {E(8, 2, {kBaseText}, {{{0, 3}, "1"}, {{4, 7}, "2"}, {{8, 13}, "3"}}),
                            E(8, 3, {kBaseText, {2, 8}}, {{{4, 4}, "!"}, {{16, 16}, "?"}})},
                           "1! 2 3?"});
}

TEST(SpecVectors, V5TwoUndosOfOneEditUndoItOnce) {
    const Vector v5{"",
                    {E(8, 1, {}, {{{0, 0}, "hey"}}), U(8, 2, {{1, 8}}, {{{1, 8}, 1}}),
                     U(9, 2, {{1, 8}}, {{{1, 8}, 1}})},
                    ""};
    expect_in_every_order(v5);
    expect_in_every_order(adding(v5, U(9, 4, {{2, 8}, {2, 9}}, {{{1, 8}, 2}}), "hey"));
}

TEST(SpecVectors, V6OffsetsAreBytes) {
    expect_in_every_order(
        {"hé!",
         {E(8, 2, {kBaseText}, {{{3, 3}, "✓"}}), E(8, 3, {kBaseText, {2, 8}}, {{{1, 3}, "e"}})},
         "he✓!"});
}

TEST(SpecVectors, V7UndoneDeletionLeavesWhatAnotherDeleted) {
    expect_in_every_order(
        {"abcdef",
         {E(8, 2, {kBaseText}, {{{0, 4}, ""}}), E(9, 2, {kBaseText}, {{{2, 6}, ""}}),
          U(8, 4, {kBaseText, {2, 8}, {2, 9}}, {{{2, 8}, 1}})},
         "ab"});
}

TEST(SpecVectors, V8OverlappingDeletionsAreUndoneOneByOne) {
    const Vector v8{"abcdef",
                    {E(8, 2, {kBaseText}, {{{2, 4}, "XY"}}), E(9, 2, {kBaseText}, {{{1, 5}, ""}}),
                     E(10, 2, {kBaseText}, {{{3, 3}, "!"}})},
                    "aXY!f"};
    expect_in_every_order(v8);
    const Vector one_undone =
        adding(v8, U(9, 4, {kBaseText, {2, 8}, {2, 9}}, {{{2, 9}, 1}}), "abXY!ef");
    expect_in_every_order(one_undone);
    const Version seen{kBaseText, {2, 8}, {4, 9}, {2, 10}};
    expect_in_every_order(adding(one_undone, U(8, 6, seen, {{{2, 8}, 1}}), "abc!def"));
}

TEST(SpecVectors, V9TouchingRangesKeepTheirOrder) {
    expect_in_every_order(
        {"abcd",
         {E(8, 2, {kBaseText}, {{{1, 2}, "X"}, {{2, 3}, "Y"}}),
          E(9, 2, {kBaseText}, {{{2, 2}, "-"}}), E(9, 3, {kBaseText, {2, 9}}, {{{3, 3}, "+"}})},
         "aX-+Yd",
         {{{kBaseText, 0, 1, true},
           {{2, 8}, 0, 1, true},
           {kBaseText, 1, 1, false},
           {{2, 9}, 0, 1, true},
           {{3, 9}, 0, 1, true},
           {{2, 8}, 1, 1, true},
           {kBaseText, 2, 1, false},
           {kBaseText, 3, 1, true}}}});
}

TEST(SpecVectors, V10ConcurrentInsertionsInsideAnInsertion) {
    expect_in_every_order(
        {"ab",
         {E(8, 2, {kBaseText}, {{{1, 1}, "12"}}), E(8, 3, {kBaseText, {2, 8}}, {{{2, 2}, "x"}}),
          E(9, 3, {kBaseText, {2, 8}}, {{{2, 2}, "y"}}),
          E(9, 5, {kBaseText, {3, 8}, {3, 9}}, {{{1, 5}, ""}})},
         "ab",
         {{{kBaseText, 0, 1, true},
           {{2, 8}, 0, 1, false},
           {{3, 9}, 0, 1, false},
           {{3, 8}, 0, 1, false},
           {{2, 8}, 1, 1, false},
           {kBaseText, 1, 1, true}}}});
}

TEST(SpecVectors, V11UndoAndRedoByTwoPeople) {
    expect_in_every_order(
        {"ab",
         {E(8, 2, {kBaseText}, {{{0, 2}, ""}}), U(8, 3, {kBaseText, {2, 8}}, {{{2, 8}, 1}}),
          E(9, 2, {kBaseText}, {{{1, 1}, "z"}}), U(8, 5, {kBaseText, {3, 8}}, {{{2, 8}, 2}}),
          U(9, 5, {kBaseText, {3, 8}, {2, 9}}, {{{2, 8}, 2}}),
          U(9, 7, {kBaseText, {5, 8}, {5, 9}}, {{{2, 8}, 3}, {{2, 9}, 1}})},
         "ab"});
}

TEST(SpecVectors, V12RangeEndsInsideTextThatWasDeletedBefore) {
    const Vector v12{
        "abcdefgh",
        {E(8, 2, {kBaseText}, {{{2, 5}, ""}}), E(9, 10, {kBaseText, {2, 8}}, {{{1, 4}, ""}})},
        "afgh",
        {{{kBaseText, 0, 1, true},
          {kBaseText, 1, 1, false},
          {kBaseText, 2, 2, false},
          {kBaseText, 4, 1, false},
          {kBaseText, 5, 3, true}}}};
    expect_in_every_order(v12);
    const Vector undone =
        adding(v12, U(9, 11, {kBaseText, {2, 8}, {10, 9}}, {{{10, 9}, 1}}), "abfgh");
    expect_in_every_order(undone);
    expect_in_every_order(
        adding(undone, U(8, 12, {kBaseText, {2, 8}, {11, 9}}, {{{2, 8}, 1}}), "abcdefgh"));
}

// V12 with another second edit, and the text once the first deletion is undone.
Vector v12_variant(const std::vector<Replacement>& replacements, const std::string& final_text) {
    return {"abcdefgh",
            {E(8, 2, {kBaseText}, {{{2, 5}, ""}}), E(9, 10, {kBaseText, {2, 8}}, replacements),
             U(8, 12, {kBaseText, {2, 8}, {10, 9}}, {{{2, 8}, 1}})},
            final_text};
}

TEST(SpecVectors, V12RangeBeginsInsideTextThatWasDeletedBefore) {
    const Vector all = v12_variant({{{3, 6}, "X"}}, "abcXdegh");
    expect_in_every_order(all);
    expect_in_every_order({"abcdefgh", {all.operations[0], all.operations[1]}, "abXgh"});
    expect_in_every_order(v12_variant({{{3, 4}, "X"}}, "abcXdefgh"));
    expect_in_every_order(v12_variant({{{1, 4}, "X"}, {{4, 6}, "Y"}}, "aXcdYegh"));
}

}  // namespace
}  // namespace collab::text
