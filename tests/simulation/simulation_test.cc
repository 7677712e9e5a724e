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

TEST(Simulation, KeepsEveryPromiseUnderRandomSchedules) {
    const auto replayed = number_from("COLLAB_SIMULATION_SEED", 0);
    const auto first = replayed != 0 ? replayed : number_from("COLLAB_SIMULATION_FROM", 1);
    const auto count = replayed != 0 ? 1 : number_from("COLLAB_SIMULATION_SEEDS", 200);
    for (auto seed = first; seed < first + count; ++seed) {
        Simulation simulation(seed);
        simulation.run();
        if (replayed != 0 || HasFailure()) {
            for (const auto& line : simulation.log()) std::cerr << "  " << line << "\n";
        }
        ASSERT_FALSE(HasFailure()) << "replay with COLLAB_SIMULATION_SEED=" << seed;
    }
}

}  // namespace
}  // namespace collab::test
