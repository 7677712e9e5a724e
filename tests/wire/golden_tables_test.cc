// SPDX-License-Identifier: Apache-2.0
// What the compiled schemas say, held against the tables of the protocol: names, numbers, types and
// labels must be theirs exactly, for every message that has a schema here.
#include <gtest/gtest.h>

#include <google/protobuf/descriptor.pb.h>

#include <set>

#include "proto/envelope.pb.h"
#include "support/csv.h"
#include "wire/message_types.h"

namespace collab::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kPackage = "collab.proto.";

std::string short_name(const std::string& full) {
    return full.substr(kPackage.size());
}

std::string type_of(const FieldDescriptor& field) {
    if (field.is_map()) {
        return "map<" + type_of(*field.message_type()->map_key()) + "," +
               type_of(*field.message_type()->map_value()) + ">";
    }
    if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
        return short_name(field.message_type()->full_name());
    }
    if (field.type() == FieldDescriptor::TYPE_ENUM)
        return short_name(field.enum_type()->full_name());
    return field.type_name();
}

std::string label_of(const FieldDescriptor& field) {
    if (field.is_map()) return "map";
    if (field.is_repeated()) return "repeated";
    return field.has_optional_keyword() ? "optional" : "singular";
}

void collect(const Descriptor* message, std::set<const Descriptor*>& messages,
             std::set<const EnumDescriptor*>& enums) {
    if (message->options().map_entry() || !messages.insert(message).second) return;
    for (int i = 0; i < message->field_count(); ++i) {
        const auto* field = message->field(i);
        if (field->message_type() != nullptr) collect(field->message_type(), messages, enums);
        if (field->enum_type() != nullptr) enums.insert(field->enum_type());
    }
    for (int i = 0; i < message->nested_type_count(); ++i) {
        collect(message->nested_type(i), messages, enums);
    }
}

class GoldenTables : public testing::Test {
protected:
    std::set<const Descriptor*> messages;
    std::set<const EnumDescriptor*> enums;
    void SetUp() override { collect(proto::Envelope::descriptor(), messages, enums); }
};

TEST_F(GoldenTables, HaveEveryFieldOfEveryMessageWithASchema) {
    // (message, number) may have two rows where generations differ; one of them must be ours.
    std::map<std::pair<std::string, int>, std::vector<test::CsvRow>> rows;
    std::map<std::string, std::set<int>> numbers;
    for (auto& row : test::golden_table("messages.csv")) {
        if (row["number"].empty()) continue;
        const int number = std::stoi(row["number"]);
        numbers[row["message"]].insert(number);
        rows[{row["message"], number}].push_back(row);
    }
    for (const auto* message : messages) {
        const auto name = short_name(message->full_name());
        if (name == "Envelope") continue;
        std::set<int> ours;
        for (int i = 0; i < message->field_count(); ++i) {
            const auto& field = *message->field(i);
            ours.insert(field.number());
            bool found = false;
            for (auto& row : rows[{name, field.number()}]) {
                found |= row["type"] == type_of(field) && row["label"] == label_of(field) &&
                         field.name().starts_with(row["field"]) &&
                         row["oneof"] == (field.real_containing_oneof() != nullptr
                                              ? field.real_containing_oneof()->name()
                                              : "");
            }
            EXPECT_TRUE(found) << name << "." << field.name() << " = " << field.number() << " "
                               << label_of(field) << " " << type_of(field);
        }
        EXPECT_EQ(ours, numbers[name]) << name;
    }
    EXPECT_GT(messages.size(), 190u);
}

TEST_F(GoldenTables, HaveEveryValueOfEveryEnum) {
    std::map<std::string, std::map<int, std::string>> golden;
    for (auto& row : test::golden_table("enums.csv")) {
        golden[row["enum"]][std::stoi(row["value"])] = row["name"];
    }
    for (const auto* type : enums) {
        std::map<int, std::string> ours;
        for (int i = 0; i < type->value_count(); ++i) {
            ours[type->value(i)->number()] = type->value(i)->name();
        }
        EXPECT_EQ(ours, golden[short_name(type->full_name())]) << type->full_name();
    }
    EXPECT_GE(enums.size(), 8u);
}

TEST_F(GoldenTables, HaveEveryTagWithItsNameAndKind) {
    const auto golden = test::golden_table("envelope.csv");
    ASSERT_EQ(message_types().size(), golden.size());
    for (auto row : golden) {
        const auto tag = static_cast<std::uint32_t>(std::stoul(row["tag"]));
        const auto* type = find_message_type(tag);
        ASSERT_NE(type, nullptr) << tag;
        EXPECT_EQ(type->name, row["message"]);
        const auto kind = row["kind"] == "request"    ? MessageKind::request
                          : row["kind"] == "response" ? MessageKind::response
                                                      : MessageKind::message;
        EXPECT_EQ(type->kind, kind) << row["message"];
    }
}

TEST_F(GoldenTables, AgreeWithTheTagsOfTheEnvelope) {
    const auto* payload = proto::Envelope::descriptor()->FindOneofByName("payload");
    for (int i = 0; i < payload->field_count(); ++i) {
        const auto* type =
            find_message_type(static_cast<std::uint32_t>(payload->field(i)->number()));
        ASSERT_NE(type, nullptr);
        EXPECT_EQ(type->name, payload->field(i)->message_type()->name());
    }
}

TEST_F(GoldenTables, HaveTheProjectInField1OfEverythingThatIsRelayed) {
    std::set<std::string> relayed;
    for (auto& row : test::golden_table("handlers.csv")) {
        const auto& ours = row["ours_class"];
        if (ours != "handler" && ours != "disallow_guest") relayed.insert(row["message"]);
    }
    std::set<std::string> with_project;
    for (auto& row : test::golden_table("messages.csv")) {
        if (row["number"] == "1" && row["field"] == "project_id" && row["type"] == "uint64") {
            with_project.insert(row["message"]);
        }
    }
    for (const auto& message : relayed) EXPECT_TRUE(with_project.contains(message)) << message;
}

}  // namespace
}  // namespace collab::wire
