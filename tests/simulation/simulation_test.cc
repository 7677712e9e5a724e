// SPDX-License-Identifier: Apache-2.0
// Random schedules. COLLAB_SIMULATION_SEEDS says how many (scripts/simulate),
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

void run(std::uint64_t seed, bool tell) {
    Simulation simulation(seed);
    simulation.run();
    if (tell || testing::Test::HasFailure()) {
        for (const auto& line : simulation.log()) std::cerr << "  " << line << "\n";
    }
    ASSERT_FALSE(testing::Test::HasFailure()) << "replay with COLLAB_SIMULATION_SEED=" << seed;
}

TEST(Simulation, FindsNothingAgain) {
    for (const auto seed : kFound) run(seed, false);
}

TEST(Simulation, KeepsEveryPromiseUnderRandomSchedules) {
    const auto replayed = number_from("COLLAB_SIMULATION_SEED", 0);
    const auto first = replayed != 0 ? replayed : number_from("COLLAB_SIMULATION_FROM", 1);
    const auto count = replayed != 0 ? 1 : number_from("COLLAB_SIMULATION_SEEDS", 200);
    for (auto seed = first; seed < first + count; ++seed) {
        run(seed, replayed != 0);
        if (HasFatalFailure()) return;
    }
}

}  // namespace
}  // namespace collab::test
