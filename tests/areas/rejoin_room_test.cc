// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "areas/project_random.h"
#include "areas/project_world.h"

namespace collab::test {
namespace {

class RejoinRoom : public ProjectTest {
protected:
    FakeClient* host = nullptr;
    FakeClient* guest = nullptr;
    FakeClient* other = nullptr;
    RoomId room;
    std::uint64_t project = 0;

    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        host = &person("host");
        guest = &person("guest");
        other = &person("other");
        room = given_room({host, guest, other});
        project = share(*host, room, 2);
        join(*guest, project);
        join(*other, project);
    }
    proto::RejoinRoom request() const {
        proto::RejoinRoom rejoin;
        rejoin.set_id(static_cast<std::uint64_t>(room.value));
        return rejoin;
    }
    proto::RejoinRoom as_host(std::uint64_t worktrees = 2) const {
        auto rejoin = request();
        auto& update = *rejoin.add_reshared_projects();
        update.set_project_id(project);
        for (std::uint64_t id = 1; id <= worktrees; ++id) *update.add_worktrees() = worktree(id);
        return rejoin;
    }
    proto::RejoinRoom as_guest(std::uint64_t scan) const {
        auto rejoin = request();
        auto& rejoined = *rejoin.add_rejoined_projects();
        rejoined.set_id(project);
        auto& tree = *rejoined.add_worktrees();
        tree.set_id(1);
        tree.set_scan_id(scan);
        auto& git = *rejoined.add_repositories();
        git.set_id(4);
        git.set_scan_id(scan);
        return rejoin;
    }
    std::vector<std::string> names(FakeClient& client) {
        std::vector<std::string> found;
        for (const auto& each : client.inbox()) {
            found.emplace_back(wire::find_message_type(each.tag)->name);
        }
        return found;
    }
};
COLLAB_DATABASE_SUITE(RejoinRoom);

TEST_P(RejoinRoom, KeepsItsPlaceBeforeWhatComesBehindItThoughTheProjectMustBeLoaded) {
    host->request(update(project, 1, {entry(1, "a")}));
    restart();
    auto& again = back(*host);
    const auto rejoined = again.post(as_host());
    const auto updated = again.post(update(project, 2, {entry(2, "b")}));
    const auto pinged = again.post(proto::Ping());
    world().settle();
    std::vector<std::uint32_t> answers;
    for (const auto& each : again.inbox()) {
        EXPECT_FALSE(each.is_error()) << each.envelope.error().message();
        if (each.envelope.has_responding_to()) answers.push_back(each.envelope.responding_to());
    }
    ASSERT_EQ(answers.size(), 3u);
    EXPECT_EQ(answers[0], rejoined);
    EXPECT_EQ(std::set(answers.begin(), answers.end()), (std::set{rejoined, updated, pinged}));
}

TEST_P(RejoinRoom, IsNotOvertakenByWhatNeedsNoProject) {
    restart();
    auto& again = back(*guest);
    const auto rejoined = again.post(as_guest(1));
    proto::ShareProject own;
    own.set_room_id(static_cast<std::uint64_t>(room.value));
    const auto shared = again.post(own);
    world().settle();
    for (const auto& each : again.inbox()) {
        EXPECT_FALSE(each.is_error()) << each.envelope.error().message();
    }
    EXPECT_TRUE(again.answered(rejoined) && again.answered(shared));
}

TEST_P(RejoinRoom, IsFollowedByTheEndOfWhatItShares) {
    world().disconnect(*host);
    auto& again = back(*host);
    guest->forget();
    again.post(as_host());
    proto::UnshareProject unshare;
    unshare.set_project_id(project);
    again.post(unshare);
    world().settle();
    EXPECT_EQ(guest->received<proto::UnshareProject>().size(), 1u);
}

TEST_P(RejoinRoom, IsFencedByAPingUntilItsContactsHaveHeard) {
    const auto [low, high] = std::minmax(guest->user, other->user);
    world().sql(
        "INSERT INTO contacts (user_id_a, user_id_b, a_to_b, should_notify, accepted) "
        "VALUES ($1, $2, TRUE, FALSE, TRUE)",
        {low, high});
    world().disconnect(*guest);
    auto& again = back(*guest);
    other->forget();
    again.post(as_guest(1));
    const auto pinged = again.post(proto::Ping());
    while (!again.answered(pinged)) ASSERT_TRUE(world().executor.step());
    EXPECT_EQ(other->received<proto::UpdateContacts>().size(), 1u);
}

TEST_P(RejoinRoom, BringsAGuestOnlyWhatChangedAndTellsTheOthers) {
    host->request(update(project, 1, {entry(1, "a"), entry(2, "b")}));
    host->request(repository(project, 1, {"a", "b"}));
    world().disconnect(*guest);
    host->request(update(project, 2, {entry(3, "c")}, {2}));
    auto change = repository(project, 2, {"c"});
    change.add_removed_statuses("b");
    host->request(change);
    host->forget();

    auto& again = back(*guest);
    const auto response = again.request(as_guest(1)).as<proto::RejoinRoomResponse>();
    ASSERT_EQ(response.rejoined_projects_size(), 1);
    EXPECT_EQ(response.rejoined_projects(0).worktrees_size(), 2);
    EXPECT_EQ(response.rejoined_projects(0).collaborators_size(), 2);
    const std::vector<std::string> expected{"RejoinRoomResponse", "RoomUpdated",
                                            "UpdateWorktree",     "UpdateWorktree",
                                            "UpdateRepository",   "UpdateRepository"};
    EXPECT_EQ(names(again), expected);
    const auto tree = again.received<proto::UpdateWorktree>()[0];
    ASSERT_EQ(tree.updated_entries_size(), 1);
    EXPECT_EQ(tree.updated_entries(0).path(), "c");
    EXPECT_EQ(tree.removed_entries(0), 2u);
    EXPECT_TRUE(tree.is_last_update());
    const auto git = again.received<proto::UpdateRepository>()[0];
    ASSERT_EQ(git.updated_statuses_size(), 1);
    EXPECT_EQ(git.updated_statuses(0).repo_path(), "c");
    EXPECT_EQ(git.removed_statuses(0), "b");
    const auto moved = host->received<proto::UpdateProjectCollaborator>();
    ASSERT_EQ(moved.size(), 1u);
    EXPECT_EQ(moved[0].old_peer_id().id(), guest->peer.connection);
    EXPECT_EQ(moved[0].new_peer_id().id(), again.peer.connection);
    host->request(update(project, 3, {entry(4, "d")}));
    EXPECT_EQ(again.received<proto::UpdateWorktree>().back().scan_id(), 3u);
}

// What is relayed before it is in the journal is lost by a kill, but a guest has heard of it.
TEST_P(RejoinRoom, TellsOfTheRemovalOfAnEntryThatOnlyTheGuestStillKnows) {
    host->request(update(project, 1, {entry(1, "a")}));
    world().disconnect(*guest);
    host->request(update(project, 2, {}, {9}));

    auto& again = back(*guest);
    again.request(as_guest(1));
    const auto tree = again.received<proto::UpdateWorktree>()[0];
    ASSERT_EQ(tree.removed_entries_size(), 1);
    EXPECT_EQ(tree.removed_entries(0), 9u);
}

TEST_P(RejoinRoom, TakesAProjectThatIsNamedTwiceOnce) {
    host->request(update(project, 1, {entry(1, "a")}));
    auto& again = back(*guest);
    auto twice = as_guest(0);
    *twice.add_rejoined_projects() = twice.rejoined_projects(0);
    const auto answer = again.request(twice).as<proto::RejoinRoomResponse>();
    EXPECT_EQ(answer.rejoined_projects_size(), 1);
    EXPECT_EQ(other->received<proto::UpdateProjectCollaborator>().size(), 1u);
    auto& home = back(*host);
    auto shared_twice = as_host();
    *shared_twice.add_reshared_projects() = shared_twice.reshared_projects(0);
    EXPECT_EQ(home.request(shared_twice).as<proto::RejoinRoomResponse>().reshared_projects_size(),
              1);
}

// Another window of the guest takes his place in the call; the old one stays connected.
TEST_P(RejoinRoom, LeavesNothingToTheConnectionWhosePlaceItTakes) {
    auto& second = world().connect(guest->user);
    ASSERT_FALSE(second.request(request()).is_error());
    guest->forget();
    host->request(update(project, 1, {entry(1, "a")}));
    EXPECT_TRUE(guest->received<proto::UpdateWorktree>().empty());
}

// He lost a connection, joined the project anew on the next one, and lost that one too.
TEST_P(RejoinRoom, TakesTheNewestOfSeveralPlacesInAProject) {
    auto& second = world().connect(guest->user);
    ASSERT_FALSE(second.request(request()).is_error());
    const auto replica = join(second, project).replica_id();
    world().disconnect(second);
    auto& third = world().connect(guest->user);
    ASSERT_FALSE(third.request(as_guest(0)).is_error());
    EXPECT_EQ(world()
                  .sql("SELECT replica_id FROM project_collaborators WHERE connection_id = $1",
                       {std::int64_t{third.peer.connection}})[0]
                  .integer(0),
              replica);
}

TEST_P(RejoinRoom, TellsAnotherMachineOfTheHostThatItSharesNoMore) {
    auto& second = world().connect(host->user);
    ASSERT_FALSE(second.request(request()).is_error());
    EXPECT_EQ(host->received<proto::UnshareProject>().size(), 1u);
    EXPECT_EQ(guest->received<proto::UnshareProject>().size(), 1u);
}

TEST_P(RejoinRoom, ListsARepositoryThatIsGoneAsRemoved) {
    host->request(repository(project, 5, {"a"}));
    world().disconnect(*guest);
    proto::RemoveRepository removal;
    removal.set_project_id(project);
    removal.set_id(4);
    host->request(removal);
    auto& again = back(*guest);
    auto rejoin = as_guest(9);
    rejoin.mutable_rejoined_projects(0)->add_repositories()->set_id(77);
    again.request(rejoin);
    EXPECT_EQ(again.received<proto::RemoveRepository>().size(), 2u);
}

TEST_P(RejoinRoom, LetsTheHostShareAgainAndEndsWhatItDoesNot) {
    const auto dropped = share(*host, room);
    join(*guest, dropped);
    guest->forget();
    auto& again = back(*host);
    const auto response = again.request(as_host(1)).as<proto::RejoinRoomResponse>();
    ASSERT_EQ(response.reshared_projects_size(), 1);
    EXPECT_EQ(response.reshared_projects(0).collaborators_size(), 2);
    const std::vector<std::string> expected{"UnshareProject", "RoomUpdated",
                                            "UpdateProjectCollaborator", "UpdateProject"};
    EXPECT_EQ(names(*guest), expected);
    EXPECT_EQ(guest->received<proto::UnshareProject>()[0].project_id(), dropped);
    EXPECT_EQ(guest->received<proto::UpdateProject>()[0].worktrees_size(), 1);
    EXPECT_TRUE(again.request(update(project, 9, {entry(1, "a")})).envelope.has_ack());
    EXPECT_EQ(guest->received<proto::UpdateWorktree>().size(), 1u);
}

TEST_P(RejoinRoom, DoesNothingAtAllWhenAProjectIsNotTheCallers) {
    auto& again = back(*guest);
    EXPECT_TRUE(again.request(as_host()).is_error());
    EXPECT_TRUE(host->request(update(project, 9, {entry(1, "a")})).envelope.has_ack());
    EXPECT_EQ(again.request(as_guest(0)).as<proto::RejoinRoomResponse>().rejoined_projects_size(),
              1);
}

TEST_P(RejoinRoom, IsRefusedToWhoHasNoPlaceAndSkipsProjectsThatAreGone) {
    auto& stranger = person("stranger");
    EXPECT_TRUE(stranger.request(request()).is_error());
    world().disconnect(*guest);
    proto::UnshareProject unshare;
    unshare.set_project_id(project);
    host->send(unshare);
    auto& again = back(*guest);
    EXPECT_EQ(again.request(as_guest(1)).as<proto::RejoinRoomResponse>().rejoined_projects_size(),
              0);
}

TEST_P(RejoinRoom, WorksAfterARestartForGuestAndHostInAnyOrder) {
    host->request(update(project, 1, {entry(1, "a"), entry(2, "b")}));
    restart();
    auto& guest_again = back(*guest);
    EXPECT_EQ(
        guest_again.request(as_guest(0)).as<proto::RejoinRoomResponse>().rejoined_projects_size(),
        1);
    EXPECT_EQ(guest_again.received<proto::UpdateWorktree>()[0].updated_entries_size(), 2);
    auto& host_again = back(*host);
    host_again.request(as_host());
    EXPECT_TRUE(host_again.request(update(project, 2, {entry(3, "c")})).envelope.has_ack());
    EXPECT_EQ(guest_again.received<proto::UpdateWorktree>().back().scan_id(), 2u);
}

TEST_P(RejoinRoom, LetsManyBackAtOnceThoughOneAmongThemIsRefused) {
    auto& stranger = person("stranger");
    auto& first = back(*guest);
    auto& second = back(*other);
    host->forget();
    const auto to_first = first.post(as_guest(0));
    const auto to_stranger = stranger.post(request());
    const auto to_second = second.post(as_guest(0));
    world().settle();
    EXPECT_TRUE(stranger.answer_to(to_stranger).is_error());
    EXPECT_EQ(first.answer_to(to_first).as<proto::RejoinRoomResponse>().rejoined_projects_size(),
              1);
    const auto response = second.answer_to(to_second).as<proto::RejoinRoomResponse>();
    ASSERT_EQ(response.rejoined_projects_size(), 1);
    std::set<std::uint64_t> present;
    for (const auto& each : response.room().participants()) present.insert(each.peer_id().id());
    EXPECT_TRUE(present.contains(first.peer.connection));
    EXPECT_TRUE(present.contains(second.peer.connection));
    EXPECT_EQ(host->received<proto::UpdateProjectCollaborator>().size(), 2u);
    EXPECT_TRUE(host->request(update(project, 9, {entry(1, "a")})).envelope.has_ack());
    EXPECT_EQ(first.received<proto::UpdateWorktree>().back().scan_id(), 9u);
}

TEST_P(RejoinRoom, RestoresWhateverWasStreamedBeforeARestart) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        RandomHost random(seed, project);
        for (int i = 0; i < 200; ++i) random.act(*host);
        for (int i = 0; i < 10; ++i) host->send(random.bulk());
        for (int i = 0; i < 50; ++i) random.act(*host);
        proto::LeaveProject leave;
        leave.set_project_id(project);
        guest->send(leave);
        guest->forget();
        join(*guest, project);
        const auto before = view_of(*guest);
        restart();
        host = &back(*host);
        auto rejoin = as_host();
        // The names are those of the newest updates.
        for (auto& tree : *rejoin.mutable_reshared_projects(0)->mutable_worktrees()) {
            if (before.trees.at(tree.id()).root_name.empty()) continue;
            tree.set_root_name(before.trees.at(tree.id()).root_name);
            tree.set_abs_path("/root");
        }
        host->request(rejoin);
        guest = &back(*guest);
        auto all = request();
        all.add_rejoined_projects()->set_id(project);
        const auto response = guest->request(all).as<proto::RejoinRoomResponse>();
        auto view = view_of(*guest);
        for (int i = 0; i < response.rejoined_projects(0).language_servers_size(); ++i) {
            const auto& server = response.rejoined_projects(0).language_servers(i);
            view.servers[server.id()] =
                server.name() + response.rejoined_projects(0).language_server_capabilities(i);
        }
        ASSERT_EQ(before.difference(view), "") << "seed " << seed;
        EXPECT_GT(world().sql("SELECT count(*) FROM project_snapshots")[0].integer(0), 0)
            << "the journal was folded";
    }
}

// The server was down for longer than deletions are remembered, and had folded the journal before.
TEST_P(RejoinRoom, TellsOfDeletedEntriesAfterALongDowntime) {
    host->request(update(project, 1, {entry(7001, "a"), entry(7002, "b")}));
    host->request(update(project, 2, {}, {7001}));
    RandomHost random(1, project);
    for (int i = 0; i < 10; ++i) host->send(random.bulk());
    world().settle();
    ASSERT_GT(world().sql("SELECT count(*) FROM project_snapshots")[0].integer(0), 0);
    world().executor.advance(std::chrono::hours(1));
    restart();
    back(*host).request(as_host());
    auto& again = back(*guest);
    again.request(as_guest(1));
    std::set<std::uint64_t> removed;
    for (const auto& tree : again.received<proto::UpdateWorktree>()) {
        removed.insert(tree.removed_entries().begin(), tree.removed_entries().end());
    }
    EXPECT_TRUE(removed.contains(7001));
}

TEST_P(RejoinRoom, ForgetsDeletedEntriesWhenNobodyCanComeBackForThem) {
    host->request(update(project, 1, {entry(1, "a"), entry(2, "b")}));
    host->request(update(project, 2, {}, {1}));
    world().executor.advance(2 * world().settings.reconnect_timeout +
                             world().settings.cleanup_timeout + std::chrono::seconds(1));
    host->request(update(project, 3, {}, {2}));
    auto& again = back(*guest);
    again.request(as_guest(1));
    const auto tree = again.received<proto::UpdateWorktree>()[0];
    ASSERT_EQ(tree.removed_entries_size(), 1);
    EXPECT_EQ(tree.removed_entries(0), 2u);
}

}  // namespace
}  // namespace collab::test
