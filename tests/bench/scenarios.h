// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is measured. Each scenario brings its own server and its own yardsticks, adds its rows to
// the report, and can run alone.

#include <filesystem>
#include <span>
#include <string_view>

#include "bench/report.h"

namespace collab::bench {

struct Scenario {
    std::string_view name;
    std::string_view what;
    void (*run)(const std::filesystem::path& server, Report& report);
};

// In the order in which they run.
std::span<const Scenario> scenarios();

void measure_fan_out(const std::filesystem::path& server, Report& report);
void measure_single_fan_out(const std::filesystem::path& server, Report& report);
void measure_forwarding(const std::filesystem::path& server, Report& report);
void count_statements(const std::filesystem::path& server, Report& report);
void measure_large_project(const std::filesystem::path& server, Report& report);
void measure_idle_memory(const std::filesystem::path& server, Report& report);
void measure_connecting(const std::filesystem::path& server, Report& report);
void measure_cold_start(const std::filesystem::path& server, Report& report);
void measure_notes(const std::filesystem::path& server, Report& report);
void measure_rejoining(const std::filesystem::path& server, Report& report);

}  // namespace collab::bench
