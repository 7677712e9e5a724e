// SPDX-License-Identifier: Apache-2.0
// What bounds one shared project (decisions 29 and 32).
#include "areas/project_world.h"
#include "areas/projects/live_projects.h"

namespace collab::test {
namespace {

class ProjectLimits : public SharedProjectTest {
protected:
    // Why the update was refused, or nothing.
    std::string refusal(const proto::UpdateWorktree& update) {
        const auto answer = host->request(update);
        if (!answer.is_error()) return "";
        EXPECT_EQ(answer.envelope.error().code(), proto::RateLimitExceeded);
        return answer.envelope.error().tags(0);
    }
};
COLLAB_DATABASE_SUITE(ProjectLimits);

TEST_P(ProjectLimits, RefuseMoreEntriesThanAProjectMayHaveAndRelayNoneOfThem) {
    world().settings.limits.project_entries = 2;
    EXPECT_EQ(refusal(update(project, 1, {entry(1, "a"), entry(2, "b")})), "");
    guest->forget();
    EXPECT_EQ(refusal(update(project, 2, {entry(3, "c")})), "reason=project_entries");
    EXPECT_TRUE(guest->received<proto::UpdateWorktree>().empty());

    EXPECT_EQ(refusal(update(project, 2, {entry(1, "renamed")})), "");
    EXPECT_EQ(refusal(update(project, 3, {}, {1})), "");
    EXPECT_EQ(refusal(update(project, 4, {entry(3, "c")})), "");
}

TEST_P(ProjectLimits, RefuseWhatTheJournalHasNoRoomForAndRelayNoneOfIt) {
    EXPECT_EQ(refusal(update(project, 1, {entry(1, "a")})), "");
    world().settings.limits.project_journal = 1000;
    guest->forget();
    std::uint64_t scan = 2;
    while (scan < 100 && refusal(update(project, scan, {entry(scan, "b")})).empty()) ++scan;
    EXPECT_EQ(refusal(update(project, scan, {entry(scan, "b")})), "reason=project_journal");
    EXPECT_EQ(guest->received<proto::UpdateWorktree>().size(), scan - 2);
    const auto stored = world().sql("SELECT SUM(length(frame)) FROM project_journal");
    EXPECT_LE(stored[0].integer(0), 1000);

    world().settings.limits.project_journal = 10'000;
    EXPECT_EQ(refusal(update(project, scan, {entry(scan, "b")})), "");
}

TEST_P(ProjectLimits, LetAThousandRequestsWaitForAProjectThatIsBeingLoadedAndNoMore) {
    restart();
    auto& projects = projects::LiveProjects::of(*world().live);
    std::size_t served = 0;
    std::size_t refused = 0;
    const auto next = [&](const Result<projects::SharedProject*>& loaded) {
        if (loaded.ok()) return (void)++served;
        EXPECT_EQ(loaded.error().code, ErrorCode::too_many);
        ++refused;
    };
    const ProjectId id{static_cast<std::int64_t>(project)};
    for (int i = 0; i < 1001; ++i) projects.load(id, next);
    EXPECT_EQ(refused, 1u);
    EXPECT_EQ(served, 0u);
    world().settle();
    EXPECT_EQ(served, 1000u);

    projects.load(id, next);
    EXPECT_EQ(served, 1001u);
}

}  // namespace
}  // namespace collab::test
