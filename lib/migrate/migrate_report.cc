// SPDX-License-Identifier: Apache-2.0
#include "migrate/migrate_report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace collab::migrate {
namespace {

using Json = nlohmann::ordered_json;
using Line = std::array<std::string, 6>;

constexpr std::size_t kShortChecksum = 12;

std::string version(int number) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%04d", number);
    return digits;
}

// Names come from the database too, and may hold anything.
std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Line line_of(const schema::Entry& entry) {
    return {version(entry.number),
            escape_control(entry.name),
            std::string(schema::state_name(entry.state)),
            entry.applied_at ? rfc3339_ms(*entry.applied_at) : "-",
            escape_control(entry.checksum.substr(0, kShortChecksum)),
            entry.duration_ms ? std::to_string(*entry.duration_ms) + "ms" : "-"};
}

std::int64_t count(const std::vector<schema::Entry>& entries, schema::State state) {
    return std::count_if(entries.begin(), entries.end(),
                         [&](const schema::Entry& entry) { return entry.state == state; });
}

}  // namespace

std::string status_table(const std::vector<schema::Entry>& entries) {
    std::vector<Line> lines{{"VERSION", "NAME", "STATE", "APPLIED_AT", "CHECKSUM", "DURATION"}};
    for (const auto& entry : entries) lines.push_back(line_of(entry));
    std::array<std::size_t, 6> widths{};
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], line[i].size());
    }
    std::string table;
    for (const auto& line : lines) {
        for (std::size_t i = 0; i + 1 < line.size(); ++i) {
            table += line[i] + std::string(widths[i] - line[i].size() + 2, ' ');
        }
        table += line.back() + "\n";
    }
    return table;
}

std::string status_json(const std::vector<schema::Entry>& entries) {
    Json list = Json::array();
    for (const auto& entry : entries) {
        Json one{{"version", version(entry.number)},
                 {"name", entry.name},
                 {"state", schema::state_name(entry.state)},
                 {"applied_at", nullptr},
                 {"checksum", entry.checksum},
                 {"duration_ms", nullptr}};
        if (entry.applied_at) one["applied_at"] = rfc3339_ms(*entry.applied_at);
        if (entry.duration_ms) one["duration_ms"] = *entry.duration_ms;
        list.push_back(std::move(one));
    }
    return dump({{"schema", "collab.migrate.status/1"}, {"migrations", list}});
}

std::string applied_line(const schema::Applied& applied) {
    return "applied " + version(applied.number) + " " + applied.name + " " +
           std::to_string(applied.duration_ms) + "ms\n";
}

std::string up_json(const schema::UpReport& report) {
    Json list = Json::array();
    for (const auto& applied : report.applied) {
        list.push_back({{"version", version(applied.number)},
                        {"name", applied.name},
                        {"duration_ms", applied.duration_ms}});
    }
    Json document{{"schema", "collab.migrate.up/1"}, {"applied", list}, {"backup", nullptr}};
    if (!report.backup.empty()) document["backup"] = report.backup;
    return dump(document);
}

std::string plan_lines(const std::vector<schema::Migration>& pending) {
    std::string lines;
    for (const auto& migration : pending) {
        lines += "pending " + version(migration.number) + " " + std::string(migration.name) + "\n";
    }
    return lines;
}

std::string plan_json(const std::vector<schema::Migration>& pending,
                      const std::vector<std::string>& scripts) {
    Json list = Json::array();
    for (std::size_t i = 0; i < pending.size(); ++i) {
        Json one{{"version", version(pending[i].number)},
                 {"name", pending[i].name},
                 {"checksum", pending[i].checksum}};
        if (i < scripts.size()) one["sql"] = scripts[i];
        list.push_back(std::move(one));
    }
    return dump({{"schema", "collab.migrate.plan/1"}, {"pending", list}});
}

std::string verify_json(const std::vector<schema::Entry>& entries) {
    return dump({{"schema", "collab.migrate.verify/1"},
                 {"applied", count(entries, schema::State::applied)},
                 {"pending", count(entries, schema::State::pending)}});
}

std::string wait_json(std::chrono::milliseconds waited) {
    return dump({{"schema", "collab.migrate.wait/1"}, {"waited_ms", waited.count()}});
}

}  // namespace collab::migrate
