// SPDX-License-Identifier: Apache-2.0
// Histories made with the text library of a genuine client (*.jsonl beside this file): what its
// authors ended up with is what we must end up with.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "text/deferred_operations.h"
#include "text/flat_model.h"
#include "text/text_snapshot.h"

namespace collab::text {
namespace {

using nlohmann::json;

struct GenuineHistory {
    std::string name;
    std::string base_text;
    std::vector<Operation> operations;
    std::vector<std::size_t> order;  // one order of arrival, with duplicates
    std::string final_text;
};

Lamport lamport(const json& value) {
    return {value.at("lamport_timestamp").get<std::uint32_t>(),
            value.at("replica_id").get<std::uint16_t>()};
}

Version version_of(const json& value) {
    Version version;
    for (const json& entry : value.at("version"))
        version.observe({entry.at("timestamp").get<std::uint32_t>(),
                         entry.at("replica_id").get<std::uint16_t>()});
    return version;
}

Operation operation_of(const json& value) {
    if (value.contains("undo")) {
        const json& from = value.at("undo");
        Undo undo{.at = lamport(from), .version = version_of(from), .counts = {}};
        for (const json& entry : from.at("counts"))
            undo.counts.push_back({lamport(entry), entry.at("count").get<std::uint32_t>()});
        return undo;
    }
    const json& from = value.at("edit");
    Edit edit{.at = lamport(from), .version = version_of(from), .ranges = {}, .new_text = {}};
    for (const json& range : from.at("ranges"))
        edit.ranges.push_back(
            {range.at("start").get<std::uint64_t>(), range.at("end").get<std::uint64_t>()});
    edit.new_text = from.at("new_text").get<std::vector<std::string>>();
    return edit;
}

std::vector<GenuineHistory> load(const std::string& file) {
    std::ifstream input(std::string(COLLAB_SOURCE_DIR) + "/tests/text/" + file);
    std::vector<GenuineHistory> histories;
    for (std::string line; std::getline(input, line);) {
        const json value = json::parse(line);
        GenuineHistory history;
        history.name = value.at("kind").get<std::string>() + " " + value.at("seed").dump();
        history.base_text = value.at("base_text").get<std::string>();
        for (const json& each : value.at("operations"))
            history.operations.push_back(operation_of(each));
        history.order = value.at("order").get<std::vector<std::size_t>>();
        history.final_text = value.at("final_text").get<std::string>();
        histories.push_back(std::move(history));
    }
    return histories;
}

void expect_genuine_text(const GenuineHistory& history) {
    SCOPED_TRACE(history.name);
    TextBuffer buffer(history.base_text);
    DeferredOperations deferred;
    FlatModel model(history.base_text);
    for (const std::size_t i : history.order) {
        const auto delivery = deferred.deliver(buffer, {history.operations[i]}, {1});
        for (const auto& refused : delivery.refused) ADD_FAILURE() << refused.error.message;
        model.deliver({history.operations[i]});
    }
    EXPECT_EQ(deferred.size(), 0u);
    EXPECT_EQ(buffer.text(), history.final_text);
    EXPECT_EQ(buffer.fragments(), model.fragments());

    const Snapshot result = snapshot(history.base_text, history.operations);
    EXPECT_EQ(result.text, history.final_text);
    EXPECT_EQ(result.deferred, 0u);
    EXPECT_TRUE(result.refused.empty());
    EXPECT_EQ(result.version, buffer.version());
}

TEST(GenuineHistories, OfMarch2026GiveTheSameTextHere) {
    const auto histories = load("crdt_vectors.jsonl");
    ASSERT_EQ(histories.size(), 22u);
    for (const auto& history : histories) expect_genuine_text(history);
}

TEST(GenuineHistories, OfJuly2026WithRangesInsideDeletedTextGiveTheSameTextHere) {
    const auto histories = load("crdt_vectors_july.jsonl");
    ASSERT_EQ(histories.size(), 28u);
    for (const auto& history : histories) expect_genuine_text(history);
}

}  // namespace
}  // namespace collab::text
