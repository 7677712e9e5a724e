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

TEST_P(TwoServers, DoNotEndACallThatRingsAtTheOther) {
    auto& ada = person("ada");
    auto& bea = person("bea");
    befriend(ada, bea);
    world().start();
    auto& ada2 = back(ada);
    auto& bea2 = back(bea);
    world().drop(bea);  // at the first
    const auto room = create_room(ada2);
    world().advance(25s);
    ring(ada2, room, bea2);
    world().advance(10s);
    proto::JoinRoom answer;
    answer.set_id(static_cast<std::uint64_t>(room.value));
    EXPECT_FALSE(bea2.request(answer).is_error());
}

TEST_P(TwoServers, TellTheOneThatWasTakenForDead) {
    auto& suspended = world().current();
    int told = 0;
    suspended.core().when_fenced([&] { ++told; });
    world().start();
    world().advance(20s);
    EXPECT_EQ(told, 0);
    world().sql("DELETE FROM servers WHERE id = $1", {suspended.core().server()});
    world().advance(20s);
    EXPECT_EQ(told, 1);
}

TEST_P(TwoServers, GiveAGuestWhoMovesFirstItsProject) {
    auto& ada = person("ada");
    auto& bea = person("bea");
    auto& first = world().current();
    world().start();  // knows nothing of what comes
    auto& host = world().connect(first, ada.user);
    auto& guest = world().connect(first, bea.user);
    befriend(host, guest);
    const auto room = create_room(host);
    call(host, room, guest);
    const auto project = share(host, room);
    proto::JoinProject join;
    join.set_project_id(project);
    ASSERT_FALSE(guest.request(join).is_error());
    proto::UpdateWorktree update;
    update.set_project_id(project);
    update.set_worktree_id(1);
    update.set_scan_id(1);
    update.set_is_last_update(true);
    update.add_updated_entries()->set_id(1);
    ASSERT_FALSE(host.request(update).is_error());

    auto& guest2 = back(bea);
    proto::RejoinRoom again;
    again.set_id(static_cast<std::uint64_t>(room.value));
    again.add_rejoined_projects()->set_id(project);
    const auto answer = guest2.request(again);
    ASSERT_FALSE(answer.is_error());
    EXPECT_EQ(answer.as<proto::RejoinRoomResponse>().rejoined_projects_size(), 1);
    EXPECT_EQ(guest2.received<proto::UpdateWorktree>().size(), 1u);
}

// The first server still has the project as it was when the host left it.
TEST_P(TwoServers, ShowAJoinerWhatTheHostDidAtTheOther) {
    auto& host = person("ada");
    auto& joiner = person("bea");
    auto& first = world().current();
    befriend(host, joiner);
    const auto room = create_room(host);
    call(host, room, joiner);
    const auto project = share(host, room);

    auto& second = world().start();
    proto::RejoinRoom again;
    again.set_id(static_cast<std::uint64_t>(room.value));
    auto& worktree = *again.add_reshared_projects();
    worktree.set_project_id(project);
    worktree.add_worktrees()->set_id(1);
    auto& there = back(host);
    ASSERT_FALSE(there.request(again).is_error());
    proto::UpdateWorktree update;
    update.set_project_id(project);
    update.set_worktree_id(1);
    update.set_scan_id(1);
    update.set_is_last_update(true);
    update.add_updated_entries()->set_id(7);
    ASSERT_FALSE(there.request(update).is_error());

    auto& home = world().connect(first, host.user);
    ASSERT_FALSE(home.request(again).is_error());
    proto::JoinProject join;
    join.set_project_id(project);
    ASSERT_FALSE(joiner.request(join).is_error());
    const auto shown = joiner.received<proto::UpdateWorktree>();
    ASSERT_EQ(shown.size(), 1u);
    ASSERT_EQ(shown[0].updated_entries_size(), 1);
    world().kill(second);  // so that the check of indexes after the test is of one server's rows
}

}  // namespace
}  // namespace collab::test
