// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "areas/project_world.h"

namespace collab::test {
namespace {

class JoinProject : public ProjectTest {
protected:
    FakeClient* host = nullptr;
    FakeClient* guest = nullptr;
    FakeClient* other = nullptr;
    RoomId room;

    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        host = &person("host", "1.14.0+stable.1");
        guest = &person("guest");
        other = &person("other");
        room = given_room({host, guest, other});
    }
    static proto::JoinProject request(std::uint64_t project) {
        proto::JoinProject join;
        join.set_project_id(project);
        return join;
    }
};
COLLAB_DATABASE_SUITE(JoinProject);

TEST_P(JoinProject, SeatsGuestsFromReplicaEightAndReusesWhatIsFree) {
    const auto project = share(*host, room);
    EXPECT_EQ(join(*guest, project).replica_id(), 8u);
    EXPECT_EQ(join(*other, project).replica_id(), 9u);
    proto::LeaveProject leave;
    leave.set_project_id(project);
    guest->send(leave);
    guest->forget();
    EXPECT_EQ(join(*guest, project).replica_id(), 8u);
}

TEST_P(JoinProject, TellsTheOthersAndNamesThemInTheAnswer) {
    const auto project = share(*host, room);
    join(*other, project);
    host->forget();
    auto named = request(project);
    named.set_committer_name("Ada");
    const auto response = guest->request(named).as<proto::JoinProjectResponse>();
    EXPECT_EQ(response.collaborators_size(), 2);
    EXPECT_EQ(response.role(), proto::Member);
    const auto added = host->received<proto::AddProjectCollaborator>();
    ASSERT_EQ(added.size(), 1u);
    EXPECT_EQ(added[0].collaborator().committer_name(), "Ada");
    EXPECT_EQ(other->received<proto::AddProjectCollaborator>().size(), 1u);
    EXPECT_TRUE(guest->received<proto::AddProjectCollaborator>().empty());
}

TEST_P(JoinProject, IsRefusedToStrangersAndASecondTimeWithTheCodeInternal) {
    const auto project = share(*host, room);
    auto& stranger = person("stranger");
    const auto answer = stranger.request(request(project));
    ASSERT_TRUE(answer.is_error());
    EXPECT_EQ(answer.envelope.error().code(), proto::Internal);
    EXPECT_TRUE(guest->request(request(project + 1)).is_error());
    join(*guest, project);
    EXPECT_TRUE(guest->request(request(project)).is_error());
    EXPECT_EQ(host->received<proto::AddProjectCollaborator>().size(), 1u);
}

TEST_P(JoinProject, ComparesFeaturesAsSetsAndNamesBothVersions) {
    proto::ShareProject share;
    share.set_room_id(static_cast<std::uint64_t>(room.value));
    share.add_features("new-style-anchors");
    share.add_features("new-style-anchors");
    const auto project = host->request(share).as<proto::ShareProjectResponse>().project_id();
    const auto refused = guest->request(request(project));
    ASSERT_TRUE(refused.is_error());
    EXPECT_EQ(refused.envelope.error().message(),
              "The host (v1.14.0+stable.1) and guest (v1.14.0) are using incompatible versions of "
              "Zed. The peer with the older version must update to collaborate.");
    auto same = request(project);
    same.add_features("new-style-anchors");
    EXPECT_EQ(guest->request(same).as<proto::JoinProjectResponse>().features_size(), 2);
    world().disconnect(*host);
    EXPECT_THAT(other->request(request(project)).envelope.error().message(),
                testing::HasSubstr("host (vunknown)"));
}

TEST_P(JoinProject, StreamsEverythingAfterTheAnswerInOrder) {
    const auto project = share(*host, room, 2);
    auto scan = update(project, 3, {entry(5, "src"), entry(6, "gone")});
    scan.set_root_repo_common_dir("/root/.git");
    host->request(scan);
    auto next = update(project, 4, {entry(7, "new")}, {6});
    next.set_root_repo_common_dir("/root/.git");
    host->request(next);
    proto::UpdateDiagnosticSummary diagnostics;
    diagnostics.set_project_id(project);
    diagnostics.set_worktree_id(1);
    diagnostics.mutable_summary()->set_path("a.rs");
    for (int i = 0; i < 3; ++i) diagnostics.add_more_summaries()->set_path(std::to_string(i));
    host->send(diagnostics);
    proto::UpdateWorktreeSettings settings;
    settings.set_project_id(project);
    settings.set_worktree_id(1);
    settings.set_content("{}");
    host->send(settings);
    proto::StartLanguageServer start;
    start.set_project_id(project);
    start.mutable_server()->set_id(9);
    start.mutable_server()->set_name("rust-analyzer");
    start.set_capabilities("{\"a\":1}");
    host->send(start);
    auto git = repository(project, 1, {"src"});
    git.add_branch_list()->set_ref_name("main");
    host->request(git);

    const auto response = join(*guest, project);
    EXPECT_EQ(response.language_server_capabilities(0), "{\"a\":1}");
    EXPECT_EQ(response.worktrees(0).root_repo_common_dir(), "/root/.git");
    std::vector<std::string> order;
    for (const auto& each : guest->inbox()) {
        order.emplace_back(wire::find_message_type(each.tag)->name);
    }
    const std::vector<std::string> expected{"RoomUpdated",
                                            "JoinProjectResponse",
                                            "UpdateWorktree",
                                            "UpdateDiagnosticSummary",
                                            "UpdateWorktreeSettings",
                                            "UpdateWorktree",
                                            "UpdateRepository",
                                            "UpdateRepository",
                                            "UpdateLanguageServer"};
    EXPECT_EQ(order, expected);
    const auto trees = guest->received<proto::UpdateWorktree>();
    EXPECT_EQ(trees[0].updated_entries_size(), 2);
    EXPECT_EQ(trees[0].scan_id(), 4u);
    EXPECT_TRUE(trees[0].is_last_update());
    EXPECT_EQ(trees[0].root_repo_common_dir(), "/root/.git");
    const auto gits = guest->received<proto::UpdateRepository>();
    EXPECT_EQ(gits[0].branch_list_size(), 0);
    EXPECT_FALSE(gits[0].is_last_update());
    EXPECT_EQ(gits[1].branch_list_size(), 1);
    EXPECT_EQ(gits[1].updated_statuses_size(), 0);
    EXPECT_TRUE(
        guest->received<proto::UpdateLanguageServer>()[0].has_disk_based_diagnostics_updated());
}

TEST_P(JoinProject, GivesManyEntriesInFullChunksWhateverWasRemoved) {
    const auto project = share(*host, room);
    std::uint64_t id = 1;
    for (int scan = 1; scan <= 10; ++scan) {
        std::vector<proto::Entry> entries;
        for (int i = 0; i < 200; ++i, ++id)
            entries.push_back(entry(id, "file " + std::to_string(id)));
        host->request(update(project, static_cast<std::uint64_t>(scan), entries));
    }
    std::vector<std::uint64_t> removed;
    for (std::uint64_t each = 1; each < id; each += 10) removed.push_back(each);
    host->request(update(project, 11, {}, removed));
    join(*guest, project);
    const auto updates = guest->received<proto::UpdateWorktree>();
    EXPECT_EQ(updates.size(), 8u) << "1800 entries";
    for (std::size_t i = 0; i < updates.size(); ++i) {
        EXPECT_EQ(updates[i].is_last_update(), i + 1 == updates.size());
    }
    EXPECT_EQ(view_of(*guest).trees[1].entries.size(), 1800u);
}

TEST_P(JoinProject, IsNotMarkedCompleteDuringAnUnfinishedScan) {
    const auto project = share(*host, room);
    host->request(update(project, 1, {entry(1, "a")}));
    auto partial = update(project, 2, {entry(2, "b")});
    partial.set_is_last_update(false);
    host->request(partial);
    join(*guest, project);
    EXPECT_FALSE(guest->received<proto::UpdateWorktree>().back().is_last_update());
}

TEST_P(JoinProject, GivesOldClientsOneDiagnosticAtATime) {
    auto& old = person("old", "0.192.5");
    given_room({&person("boss"), &old});
    world().sql("UPDATE room_participants SET room_id = $1 WHERE user_id = $2", {room, old.user});
    const auto project = share(*host, room);
    proto::UpdateDiagnosticSummary diagnostics;
    diagnostics.set_project_id(project);
    diagnostics.set_worktree_id(1);
    diagnostics.mutable_summary()->set_path("a.rs");
    diagnostics.add_more_summaries()->set_path("b.rs");
    host->send(diagnostics);
    join(old, project);
    EXPECT_EQ(old.received<proto::UpdateDiagnosticSummary>().size(), 2u);
    join(*guest, project);
    EXPECT_EQ(guest->received<proto::UpdateDiagnosticSummary>().size(), 1u);
    host->send(diagnostics);
    EXPECT_EQ(old.received<proto::UpdateDiagnosticSummary>().size(), 4u);
    EXPECT_EQ(guest->received<proto::UpdateDiagnosticSummary>().size(), 2u);
}

}  // namespace
}  // namespace collab::test
