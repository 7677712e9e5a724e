// SPDX-License-Identifier: Apache-2.0
// collab_bench [--server PATH] [--json] [SCENARIO...]: measures collab-serve against its goals and
// prints one table. scripts/bench builds what it needs and runs it. Exit status: 0 all goals met,
// 1 some missed, 2 void.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <vector>

#include "bench/measuring.h"
#include "bench/scenarios.h"

namespace collab::bench {
namespace {

constexpr Scenario kScenarios[] = {
    {"fanout", "edits in flight to 49 others", measure_fan_out},
    {"fanout_single", "one edit at a time to 49 others", measure_single_fan_out},
    {"forward", "a guest's request that the host answers", measure_forwarding},
    {"sql", "statements where there must be none", count_statements},
    {"join100k", "share and join of 100,000 entries", measure_large_project},
    {"idle", "memory of 5,000 idle connections (needs ulimit -n 6000)", measure_idle_memory},
    {"connect", "signing in", measure_connecting},
    {"cold", "start with a database of 100 MB", measure_cold_start},
    {"notes", "people who write into channel notes", measure_notes},
    {"rejoin5000", "5,000 people come back, PostgreSQL far away", measure_rejoining},
};

struct Options {
    std::filesystem::path server;
    bool json = false;
    std::vector<std::string_view> names;

    bool wants(const Scenario& scenario) const {
        return names.empty() || std::find(names.begin(), names.end(), scenario.name) != names.end();
    }
};

int usage() {
    std::fprintf(stderr, "usage: collab_bench [--server PATH] [--json] [SCENARIO...]\n");
    for (const auto& each : scenarios()) {
        std::fprintf(stderr, "  %-14s %s\n", std::string(each.name).c_str(),
                     std::string(each.what).c_str());
    }
    return 2;
}

int run(const Options& options) {
    Report report;
    pin_to(kLoadCpu);
    for (const auto& scenario : scenarios()) {
        if (!options.wants(scenario)) continue;
        std::fprintf(stderr, "bench: %s\n", std::string(scenario.what).c_str());
        try {
            scenario.run(options.server, report);
        } catch (const std::exception& error) {
            report.void_because(std::string(scenario.name) + ": " + error.what());
        }
    }
    std::puts((options.json ? report.json() : report.markdown()).c_str());
    if (report.is_void()) return 2;
    return report.all_met() ? 0 : 1;
}

}  // namespace

std::span<const Scenario> scenarios() {
    return kScenarios;
}

}  // namespace collab::bench

int main(int argc, char** argv) {
    using namespace collab::bench;
    Options options;
    options.server = std::filesystem::absolute(argv[0]).parent_path() / "collab-serve";
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--json") {
            options.json = true;
        } else if (argument == "--server" && i + 1 < argc) {
            options.server = std::filesystem::absolute(argv[++i]);
        } else if (std::any_of(scenarios().begin(), scenarios().end(),
                               [&](const Scenario& each) { return each.name == argument; })) {
            options.names.push_back(argument);
        } else {
            return usage();
        }
    }
    return run(options);
}
