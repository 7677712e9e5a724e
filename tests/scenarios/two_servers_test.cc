// SPDX-License-Identifier: Apache-2.0
// Two server processes on one database: at once, and one after the other (rolling restart).
#include "scenarios/scenario.h"

namespace collab::test {
namespace {

class TwoServers : public ScenarioTest {
protected:
    RoomId busy_pair(const std::string& one, const std::string& other) {
        auto& caller = person(one);
        auto& callee = person(other);
        befriend(caller, callee);
        const auto room = create_room(caller);
        call(caller, room, callee);
        share(caller, room);
        return room;
    }
    std::int64_t all_rows() {
        return world().number(
            "SELECT (SELECT COUNT(*) FROM servers) + (SELECT COUNT(*) FROM rooms) + "
            "(SELECT COUNT(*) FROM room_participants) + (SELECT COUNT(*) FROM projects) + "
            "(SELECT COUNT(*) FROM project_collaborators)");
    }
};
COLLAB_DATABASE_SUITE(TwoServers);

TEST_P(TwoServers, LeaveEachOtherAlone) {
    const auto first = busy_pair("ada", "bea");
    world().start();
    const auto second = busy_pair("carol", "dan");
    const auto rows = all_rows();
    world().advance(60s);
    EXPECT_EQ(all_rows(), rows);
    EXPECT_EQ(people_in(first).size(), 2u);
    EXPECT_EQ(people_in(second).size(), 2u);
}

TEST_P(TwoServers, SweepTheOneThatDies) {
    auto& old = world().current();
    const auto first = busy_pair("ada", "bea");
    world().start();
    const auto second = busy_pair("carol", "dan");
    world().advance(20s);
    world().kill(old);
    world().advance(kLongestStay);
    EXPECT_TRUE(people_in(first).empty());
    EXPECT_EQ(people_in(second).size(), 2u);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM servers"), 1);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM projects"), 1);
}

TEST_P(TwoServers, HandOverTheirPeopleOneByOne) {
    auto& old = world().current();
    auto& ada = person("ada");
    auto& bea = person("bea");
    befriend(ada, bea);
    const auto room = create_room(ada);
    call(ada, room, bea);
    world().start();
    auto& ada2 = back(ada);
    EXPECT_FALSE(rejoin(ada2, room).is_error());
    world().drop(ada);
    world().advance(5s);
    auto& bea2 = back(bea);
    EXPECT_FALSE(rejoin(bea2, room).is_error());
    world().drop(bea);
    world().kill(old);
    world().advance(60s);
    EXPECT_EQ(people_in(room), (std::set{ada.user, bea.user}));
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM servers"), 1);
}

}  // namespace
}  // namespace collab::test
