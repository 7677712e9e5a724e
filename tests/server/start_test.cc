// SPDX-License-Identifier: Apache-2.0
#include "support/server_world.h"

namespace collab::test {
namespace {

class StartTrips : public testing::TestWithParam<Engine> {
protected:
    void SetUp() override {
        if (const auto reason = why_skipped(GetParam())) GTEST_SKIP() << *reason;
        world_.emplace(GetParam());
    }
    ServerWorld& world() { return *world_; }

    // What the writer of a new server asks until it serves.
    std::uint64_t trips_of_a_start() {
        world().stop();
        return world().start().core().writer().round_trips();
    }

private:
    std::optional<ServerWorld> world_;
};
COLLAB_POSTGRES_SUITE(StartTrips);

TEST_P(StartTrips, AreAsManyForAHundredRoomsAsForNone) {
    const auto none = trips_of_a_start();
    for (int i = 0; i < 100; ++i) {
        world().sql("INSERT INTO rooms (live_kit_room) VALUES ($1)", {"room" + std::to_string(i)});
    }
    EXPECT_EQ(trips_of_a_start(), none);
}

}  // namespace
}  // namespace collab::test
