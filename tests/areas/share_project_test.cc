// SPDX-License-Identifier: Apache-2.0
#include "areas/project_world.h"

namespace collab::test {
namespace {

class ShareProject : public ProjectTest {
protected:
    FakeClient* host = nullptr;
    FakeClient* guest = nullptr;
    RoomId room;

    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        host = &person("host");
        guest = &person("guest");
        room = given_room({host, guest});
    }
    proto::ShareProject request(std::uint64_t in) const {
        proto::ShareProject share;
        share.set_room_id(in);
        *share.add_worktrees() = worktree(1);
        return share;
    }
    std::uint64_t here() const { return static_cast<std::uint64_t>(room.value); }
};
COLLAB_DATABASE_SUITE(ShareProject);

TEST_P(ShareProject, AnswersFirstAndThenShowsTheProjectToTheRoom) {
    const auto id = host->send(request(here()));
    ASSERT_EQ(host->inbox().size(), 2u);
    EXPECT_EQ(host->inbox()[0].envelope.responding_to(), id);
    const auto seen = guest->received<proto::RoomUpdated>();
    ASSERT_EQ(seen.size(), 1u);
    ASSERT_EQ(seen[0].room().participants(0).projects_size(), 1);
    EXPECT_EQ(seen[0].room().participants(0).projects(0).worktree_root_names(0), "root");
}

TEST_P(ShareProject, IsRefusedOutsideOfTheRoomAndWithoutTheRole) {
    auto& stranger = person("stranger");
    EXPECT_TRUE(stranger.request(request(here())).is_error());
    EXPECT_TRUE(host->request(request(here() + 1)).is_error());
    auto& looker = person("looker");
    const auto other = given_room({&person("other"), &looker}, "guest");
    EXPECT_TRUE(looker.request(request(static_cast<std::uint64_t>(other.value))).is_error());
}

TEST_P(ShareProject, IsRefusedWithMoreWorktreesThanTheLimit) {
    auto many = request(here());
    for (std::uint64_t id = 2; id <= 65; ++id) *many.add_worktrees() = worktree(id);
    EXPECT_TRUE(host->request(many).is_error());
}

TEST_P(ShareProject, GivesTheHostOfARemoteProjectReplicaOne) {
    auto remote = request(here());
    remote.set_is_ssh_project(true);
    const auto project = host->request(remote).as<proto::ShareProjectResponse>().project_id();
    EXPECT_EQ(join(*guest, project).collaborators(0).replica_id(), 1u);
}

TEST_P(ShareProject, UnsharingTellsGuestsFirstAndTheRoomWithoutTheProject) {
    const auto project = share(*host, room);
    join(*guest, project);
    guest->forget();
    proto::UnshareProject unshare;
    unshare.set_project_id(project);
    guest->send(unshare);
    EXPECT_TRUE(guest->inbox().empty()) << "only the host may";
    host->send(unshare);
    ASSERT_EQ(guest->inbox().size(), 2u);
    EXPECT_TRUE(guest->inbox()[0].envelope.has_unshare_project());
    const auto& seen = guest->inbox()[1].envelope.room_updated().room();
    EXPECT_EQ(seen.participants(0).projects_size(), 0);
    EXPECT_EQ(world().sql("SELECT count(*) FROM projects")[0].integer(0), 0);
}

TEST_P(ShareProject, UpdatingReplacesTheWorktreesAndIsForwarded) {
    const auto project = share(*host, room);
    join(*guest, project);
    host->request(update(project, 1, {entry(1, "a")}));
    guest->forget();
    proto::UpdateProject change;
    change.set_project_id(project);
    *change.add_worktrees() = worktree(2);
    EXPECT_TRUE(guest->request(change).is_error());
    guest->forget();
    EXPECT_TRUE(host->request(change).envelope.has_ack());
    ASSERT_EQ(guest->inbox().size(), 2u);
    EXPECT_TRUE(guest->inbox()[0].envelope.has_update_project());
    EXPECT_EQ(guest->inbox()[0].envelope.original_sender_id().id(), host->peer.connection);
    EXPECT_TRUE(guest->inbox()[1].envelope.has_room_updated());
    EXPECT_TRUE(host->request(update(project, 2, {entry(1, "a")})).is_error())
        << "worktree 1 is gone";
}

TEST_P(ShareProject, KeepsTheRootRepositoryThatANewListDoesNotName) {
    auto first = request(here());
    first.mutable_worktrees(0)->set_root_repo_common_dir("/main/.git");
    first.mutable_worktrees(0)->set_root_repo_is_linked_worktree(true);
    const auto project = host->request(first).as<proto::ShareProjectResponse>().project_id();
    proto::UpdateProject change;
    change.set_project_id(project);
    *change.add_worktrees() = worktree(1);
    host->request(change);
    const auto response = join(*guest, project);
    EXPECT_EQ(response.worktrees(0).root_repo_common_dir(), "/main/.git");
    EXPECT_TRUE(response.worktrees(0).root_repo_is_linked_worktree());
}

TEST_P(ShareProject, LeavingIsToldToTheOthersAndAHostEndsTheProject) {
    const auto project = share(*host, room);
    join(*guest, project);
    host->forget();
    proto::LeaveProject leave;
    leave.set_project_id(project);
    guest->send(leave);
    ASSERT_EQ(host->received<proto::RemoveProjectCollaborator>().size(), 1u);
    EXPECT_EQ(host->received<proto::RemoveProjectCollaborator>()[0].peer_id().id(),
              guest->peer.connection);
    join(*guest, project);
    guest->forget();
    host->send(leave);
    EXPECT_EQ(guest->received<proto::UnshareProject>().size(), 1u);
    EXPECT_EQ(world().sql("SELECT count(*) FROM projects")[0].integer(0), 0);
}

}  // namespace
}  // namespace collab::test
