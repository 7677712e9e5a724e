// SPDX-License-Identifier: Apache-2.0
// Random schedules on both databases. COLLAB_SIMULATION_SEEDS says how many (scripts/simulate),
// COLLAB_SIMULATION_FROM where to begin, COLLAB_SIMULATION_SEED replays one and tells what happens
// in it.
#include <cstdlib>
#include <iostream>

#include "base/log.h"
#include "simulation/simulation.h"

namespace collab::test {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// What random schedules have found so far.
constexpr std::uint64_t kFound[] = {37, 112, 137, 1095, 2223, 3153};
constexpr std::uint64_t kFoundLater[] = {31313, 35078};
constexpr std::uint64_t kFoundWithLateOperations[] = {75276};

using Repertoire = Simulation::Repertoire;

void run(std::uint64_t seed, Engine engine, Repertoire repertoire, bool tell = false) {
    Simulation simulation(seed, engine, repertoire);
    simulation.run();
    if (tell || testing::Test::HasFailure()) {
        for (const auto& line : simulation.log()) std::cerr << "  " << line << "\n";
    }
    ASSERT_FALSE(testing::Test::HasFailure()) << "replay with COLLAB_SIMULATION_SEED=" << seed;
}

class SimulationTest : public testing::TestWithParam<Engine> {
protected:
    void SetUp() override {
        if (const auto reason = why_skipped(GetParam())) GTEST_SKIP() << *reason;
    }
};
COLLAB_DATABASE_SUITE(SimulationTest);

TEST_P(SimulationTest, FindsNothingAgain) {
    for (const auto seed : kFound) run(seed, GetParam(), Repertoire::first);
    for (const auto seed : kFoundLater) {
        run(seed, GetParam(), Repertoire::with_chat_and_following);
    }
    for (const auto seed : kFoundWithLateOperations) {
        run(seed, GetParam(), Repertoire::with_late_operations);
    }
}

TEST_P(SimulationTest, KeepsEveryPromiseUnderRandomSchedules) {
    const auto replayed = number_from("COLLAB_SIMULATION_SEED", 0);
    const auto first = replayed != 0 ? replayed : number_from("COLLAB_SIMULATION_FROM", 1);
    // A database of its own costs each schedule on PostgreSQL most of its time.
    const std::uint64_t usual = GetParam() == Engine::sqlite ? 200 : 20;
    const auto count = replayed != 0 ? 1 : number_from("COLLAB_SIMULATION_SEEDS", usual);
    for (auto seed = first; seed < first + count; ++seed) {
        run(seed, GetParam(), Repertoire::with_late_operations, replayed != 0);
        if (HasFatalFailure()) return;
    }
}

}  // namespace
}  // namespace collab::test
