// SPDX-License-Identifier: Apache-2.0
// Who may do what, as a table: every message that a client can send, sent by everybody. Compared
// with the reviewed tests/golden/authorization.txt: any change of a right shows as a diff.
// COLLAB_ACCEPT=1 rewrites it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "routes/authorization_stage.h"

namespace collab::test {
namespace {

constexpr std::size_t kNameWidth = 34;
constexpr std::size_t kColumnWidth = 25;

struct Line {
    std::string name;
    std::uint32_t tag = 0;
    Setting setting;
    std::vector<std::string> cells;
};

std::string name_of(const wire::MessageType& type, const Setting& setting) {
    const std::string name(type.name);
    if (setting.variant != Variant::plain) {
        return name + " (" + std::string(name_of(setting.variant)) + ")";
    }
    if (!names_channel(type.tag)) return name;
    return name + (setting.channel_is_public ? " (public)" : " (members)");
}

// What is about a channel has a line for a public one and one for one of the members only. Of the
// responses, those that are sent unasked too.
std::vector<Line> all_lines(ServerWorld& world) {
    std::vector<Line> lines;
    for (const auto& type : wire::message_types()) {
        const bool answers = type.kind == wire::MessageKind::response;
        if (answers && world.core().router().find(type.tag) == nullptr) continue;
        for (const auto& setting : settings_for(type.tag)) {
            lines.push_back({name_of(type, setting), type.tag, setting, {}});
        }
    }
    std::ranges::sort(lines, {}, &Line::name);
    return lines;
}

// A stage serves all lines of its setting until something has changed on it.
void record(ServerWorld& world, std::vector<Line>& lines, Part part) {
    std::vector<Setting> settings;
    for (const auto& line : lines) {
        if (std::ranges::find(settings, line.setting) == settings.end()) {
            settings.push_back(line.setting);
        }
    }
    for (const auto& setting : settings) {
        std::optional<AuthorizationStage> stage;
        for (auto& line : lines) {
            if (line.setting != setting) continue;
            if (!stage || !stage->unspent()) stage.emplace(world, part, setting);
            line.cells.push_back(stage->act(line.tag));
        }
    }
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

std::string trimmed(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

std::string table_of(const std::vector<Line>& lines) {
    std::string head = padded("", kNameWidth);
    for (const auto part : kParts) head += " | " + padded(name_of(part), kColumnWidth);
    std::string table = trimmed(head) + "\n";
    for (const auto& line : lines) {
        std::string text = padded(line.name, kNameWidth);
        for (const auto& cell : line.cells) text += " | " + padded(cell, kColumnWidth);
        table += trimmed(text) + "\n";
    }
    return table;
}

TEST(Authorization, ChangesForNobodyUnnoticed) {
    std::vector<Line> lines;
    for (const auto part : kParts) {
        ServerWorld world(Engine::sqlite);
        if (lines.empty()) lines = all_lines(world);
        record(world, lines, part);
    }
    const std::string table = table_of(lines);
    const std::string path = std::string(COLLAB_SOURCE_DIR) + "/tests/golden/authorization.txt";
    if (std::getenv("COLLAB_ACCEPT") != nullptr) std::ofstream(path) << table;
    std::ostringstream golden;
    golden << std::ifstream(path).rdbuf();
    EXPECT_EQ(golden.str(), table);
}

}  // namespace
}  // namespace collab::test
