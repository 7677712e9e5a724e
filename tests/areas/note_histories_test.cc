// SPDX-License-Identifier: Apache-2.0
// Histories of a genuine client and random ones, sent through the handlers in any order: the base
// text of the next epoch is what every client shows.

#include <fstream>
#include <nlohmann/json.hpp>

#include "areas/notes/note_operations.h"
#include "areas/notes_world.h"
#include "text/random_history.h"

namespace collab::notes {
namespace {

using nlohmann::json;

std::vector<json> load(const std::string& file) {
    std::ifstream input(std::string(COLLAB_SOURCE_DIR) + "/tests/text/" + file);
    std::vector<json> lines;
    for (std::string line; std::getline(input, line);) lines.push_back(json::parse(line));
    return lines;
}

template <class Message>
void put_common(const json& from, Message* message) {
    message->set_replica_id(from.at("replica_id"));
    message->set_lamport_timestamp(from.at("lamport_timestamp"));
    for (const auto& each : from.at("version")) {
        auto* entry = message->add_version();
        entry->set_replica_id(each.at("replica_id"));
        entry->set_timestamp(each.at("timestamp"));
    }
}

proto::Operation operation_of(const json& from) {
    proto::Operation operation;
    if (from.contains("undo")) {
        put_common(from.at("undo"), operation.mutable_undo());
        for (const auto& each : from.at("undo").at("counts")) {
            auto* count = operation.mutable_undo()->add_counts();
            count->set_replica_id(each.at("replica_id"));
            count->set_lamport_timestamp(each.at("lamport_timestamp"));
            count->set_count(each.at("count"));
        }
        return operation;
    }
    put_common(from.at("edit"), operation.mutable_edit());
    for (const auto& each : from.at("edit").at("ranges")) {
        auto* range = operation.mutable_edit()->add_ranges();
        range->set_start(each.at("start"));
        range->set_end(each.at("end"));
    }
    for (const auto& each : from.at("edit").at("new_text")) {
        operation.mutable_edit()->add_new_text(each.get<std::string>());
    }
    return operation;
}

class NoteHistories : public NotesTest {
protected:
    // Opens new notes that begin with this text.
    void begin(test::FakeClient& ada, const std::string& base_text) {
        channel = given_channel("notes", "members");
        world->sql(
            "INSERT INTO channel_members (channel_id, user_id, role, accepted) "
            "VALUES ($1, $2, 'member', TRUE)",
            {channel, ada.user});
        join(ada);
        if (base_text.empty()) return;
        send(ada, {edit(8, 1, {}, 0, 0, base_text)});
        leave(ada);
        join(ada);
    }
};
COLLAB_DATABASE_SUITE(NoteHistories);

TEST_P(NoteHistories, OfAGenuineClientEndInItsText) {
    auto& ada = given("ada");
    for (const std::string file : {"crdt_vectors.jsonl", "crdt_vectors_july.jsonl"}) {
        for (const auto& vector : load(file)) {
            begin(ada, vector.at("base_text"));
            std::vector<proto::Operation> batch;
            for (const auto& index : vector.at("order")) {
                batch.push_back(operation_of(vector.at("operations").at(index.get<std::size_t>())));
                EXPECT_EQ(encode_operation(*parse_operation(batch.back())),
                          batch.back().SerializeAsString());
                if (batch.size() == 7) send(ada, std::exchange(batch, {}));
            }
            send(ada, batch);
            EXPECT_EQ(collapsed_text(ada), vector.at("final_text").get<std::string>())
                << file << " seed " << vector.at("seed");
            leave(ada);
        }
    }
}

TEST_P(NoteHistories, InAnyOrderOfDeliveryEndInTheSameText) {
    auto& ada = given("ada");
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const auto history = text::random_history(seed, 40);
        std::mt19937_64 random(seed);
        for (int delivery = 0; delivery < 2; ++delivery) {
            begin(ada, history.base_text);
            for (const auto& operations : text::random_delivery(history.operations, random)) {
                std::vector<proto::Operation> batch;
                for (const auto& each : operations) batch.push_back(make_operation(each));
                ada.post(update(batch));
            }
            world->settle();
            EXPECT_EQ(collapsed_text(ada), history.final_text) << "seed " << seed;
            leave(ada);
        }
    }
}

}  // namespace
}  // namespace collab::notes
