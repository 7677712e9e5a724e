// SPDX-License-Identifier: Apache-2.0
#include <random>

#include "areas/project_random.h"
#include "areas/project_world.h"

namespace collab::test {
namespace {

class ProjectTransfer : public ProjectTest {
protected:
    FakeClient* host = nullptr;
    FakeClient* witness = nullptr;  // has joined before anything happened
    FakeClient* joiner = nullptr;
    RoomId room;
    std::uint64_t project = 0;

    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        host = &person("host");
        witness = &person("witness");
        joiner = &person("joiner");
        room = given_room({host, witness, joiner});
        project = share(*host, room, 2);
        join(*witness, project);
    }
};
INSTANTIATE_TEST_SUITE_P(On, ProjectTransfer, testing::Values(Engine::sqlite), engine_name);

TEST_P(ProjectTransfer, LeavesAJoinerEqualToTheHostWhateverHappensMeanwhile) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        RandomHost random(seed, project);
        for (int i = 0; i < 60; ++i) random.act(*host);
        joiner->forget();
        joiner->reading = false;
        proto::JoinProject request;
        request.set_project_id(project);
        joiner->send(request);
        for (int i = 0; i < 80; ++i) {
            random.act(*host);
            joiner->take(random.below(4));
        }
        joiner->reading = true;
        random.act(*host);
        world().settle();
        // Whether a folder is in a repository is certain at the end of a scan only.
        for (const auto& [id, tree] : view_of(*witness).trees) {
            if (!tree.complete) host->request(random.end_of_scan(id));
        }
        const auto expected = view_of(*witness);
        const auto got = view_of(*joiner);
        ASSERT_EQ(expected.difference(got), "") << "seed " << seed;
        proto::LeaveProject leave;
        leave.set_project_id(project);
        joiner->send(leave);
    }
}

TEST_P(ProjectTransfer, DoesNotHoldBackWhatIsNotAboutItsState) {
    std::vector<proto::Entry> entries;
    for (std::uint64_t id = 1; id <= 250; ++id) entries.push_back(entry(id, std::to_string(id)));
    for (std::uint64_t scan = 1; scan <= 8; ++scan) {
        for (auto& each : entries) each.set_id(each.id() + 1000);
        host->request(update(project, scan, entries));
    }
    joiner->reading = false;
    proto::JoinProject request;
    request.set_project_id(project);
    joiner->send(request);
    joiner->take(4);
    proto::LeaveProject leave;
    leave.set_project_id(project);
    witness->send(leave);
    joiner->take(1);
    EXPECT_TRUE(joiner->inbox().back().envelope.has_remove_project_collaborator());
    joiner->reading = true;
    EXPECT_EQ(view_of(*joiner).trees[1].entries.size(), 2000u);
}

// A guest that names the scan when it comes back is not given again what that had brought.
TEST_P(ProjectTransfer, DoesNotCallAScanWholeOfWhichAChangeIsYetToCome) {
    std::vector<proto::Entry> entries;
    for (std::uint64_t id = 1; id <= 250; ++id) entries.push_back(entry(id, std::to_string(id)));
    host->request(update(project, 1, entries));
    for (auto& each : entries) each.set_id(each.id() + 1000);
    host->request(update(project, 2, entries));
    host->request(repository(project, 2, {"a"}));
    joiner->reading = false;
    proto::JoinProject request;
    request.set_project_id(project);
    joiner->send(request);
    joiner->take(2);
    host->request(update(project, 3, {entry(1, "renamed")}));
    for (int i = 0; i < 20; ++i) {
        joiner->take(1);
        const auto view = view_of(*joiner);
        const auto tree = view.trees.find(1);
        if (tree == view.trees.end() || !tree->second.complete) continue;
        EXPECT_EQ(tree->second.entries, view_of(*witness).trees[1].entries);
    }
    EXPECT_TRUE(view_of(*joiner).trees[1].complete);
}

TEST_P(ProjectTransfer, StopsWhenTheProjectEnds) {
    host->request(update(project, 1, {entry(1, "a")}));
    joiner->reading = false;
    proto::JoinProject request;
    request.set_project_id(project);
    joiner->send(request);
    proto::UnshareProject unshare;
    unshare.set_project_id(project);
    host->send(unshare);
    joiner->reading = true;
    EXPECT_TRUE(joiner->received<proto::UpdateWorktree>().empty());
    EXPECT_EQ(joiner->received<proto::UnshareProject>().size(), 1u);
}

}  // namespace
}  // namespace collab::test
