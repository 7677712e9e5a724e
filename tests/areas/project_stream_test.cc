// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "areas/project_world.h"

namespace collab::test {
namespace {

class ProjectStream : public SharedProjectTest {
protected:
    std::int64_t journal_rows() {
        return world().sql("SELECT count(*) FROM project_journal")[0].integer(0);
    }
};
COLLAB_DATABASE_SUITE(ProjectStream);

TEST_P(ProjectStream, RelaysAtOnceAndAcksOnlyWhatIsInTheJournal) {
    const auto id = host->post(update(project, 1, {entry(1, "a")}));
    EXPECT_EQ(guest->received<proto::UpdateWorktree>().size(), 1u) << "before anything is stored";
    EXPECT_FALSE(host->answered(id));
    world().settle();
    EXPECT_TRUE(host->answer_to(id).envelope.has_ack());
    EXPECT_EQ(journal_rows(), 1);
    EXPECT_TRUE(host->received<proto::UpdateWorktree>().empty());
}

TEST_P(ProjectStream, RefusesGuestsAndOversizedUpdatesAndUnknownWorktrees) {
    EXPECT_TRUE(guest->request(update(project, 1, {entry(1, "a")})).is_error());
    std::vector<proto::Entry> many;
    for (std::uint64_t id = 1; id <= 257; ++id) many.push_back(entry(id, "x"));
    EXPECT_TRUE(host->request(update(project, 1, many)).is_error());
    auto elsewhere = update(project, 1);
    elsewhere.set_worktree_id(77);
    EXPECT_TRUE(host->request(elsewhere).is_error());
    EXPECT_TRUE(guest->received<proto::UpdateWorktree>().empty());
    EXPECT_EQ(journal_rows(), 0);
}

TEST_P(ProjectStream, PassesAllPathsButEndsTheConnectionThatSendsOneThatIsNoText) {
    proto::UpdateWorktree odd =
        update(project, 1, {entry(1, std::string("a\0b", 3)), entry(2, std::string(65536, 'p'))});
    EXPECT_TRUE(host->request(odd).envelope.has_ack());
    EXPECT_EQ(guest->received<proto::UpdateWorktree>()[0].updated_entries(1).path().size(), 65536u);
    auto payload = update(project, 2, {entry(3, "PATH")}).SerializeAsString();
    payload.replace(payload.find("PATH"), 4, "\xff\xfe\xff\xfe");
    host->send_raw(wire::tag_of<proto::UpdateWorktree>(), payload);
    EXPECT_EQ(host->close_code, 1007);
    EXPECT_FALSE(guest->closed);
    EXPECT_EQ(guest->received<proto::UpdateWorktree>().size(), 1u);
}

TEST_P(ProjectStream, CatchesUpWithWhoWasBannedForAWhile) {
    const auto set_role = [&](rpc::Role role) {
        auto room = *world().live->index.room_of(guest->peer);
        for (auto& each : room.participants) {
            if (each.peer == guest->peer) each.role = role;
        }
        world().live->index.put_room(room);
        world().settle();
    };
    host->request(update(project, 1, {entry(1, "a"), entry(2, "b")}));
    set_role(rpc::Role::banned);
    host->request(update(project, 2, {entry(3, "c")}, {1}));
    EXPECT_EQ(guest->received<proto::UpdateWorktree>().size(), 1u);
    set_role(rpc::Role::guest);
    host->request(update(project, 3, {entry(4, "d")}));

    std::set<std::uint64_t> entries;
    const auto seen = view_of(*guest);
    for (const auto& [id, each] : seen.trees.at(1).entries) entries.insert(id);
    EXPECT_EQ(entries, (std::set<std::uint64_t>{2, 3, 4}));
}

TEST_P(ProjectStream, KeepsUnknownFieldsOfWhatLaterJoinersGet) {
    std::string odd = entry(1, "a").SerializeAsString();
    wire::put_bytes_field(odd, 900, "newer");
    std::string payload = update(project, 1).SerializeAsString();
    wire::put_bytes_field(payload, 4, odd);
    wire::put_bytes_field(payload, 901, "later");
    host->send_raw(wire::tag_of<proto::UpdateWorktree>(), payload);
    guest->send([&] {
        proto::LeaveProject leave;
        leave.set_project_id(project);
        return leave;
    }());
    guest->forget();
    join(*guest, project);
    const auto got = guest->received_raw(wire::tag_of<proto::UpdateWorktree>()).at(0).payload;
    EXPECT_NE(got.find("newer"), std::string::npos);
    EXPECT_NE(got.find("later"), std::string::npos);
}

TEST_P(ProjectStream, TakesLanguageServersFromAnybodyButStoresOnlyTheHosts) {
    proto::StartLanguageServer start;
    start.set_project_id(project);
    start.mutable_server()->set_id(9);
    host->send(start);
    proto::UpdateLanguageServer forged;
    forged.set_project_id(project);
    forged.set_language_server_id(9);
    forged.mutable_removed();
    guest->send(forged);
    EXPECT_EQ(host->received<proto::UpdateLanguageServer>().size(), 1u);
    proto::UpdateLanguageServer update;
    update.set_project_id(project);
    update.set_language_server_id(9);
    update.mutable_metadata_updated()->set_capabilities("{\"hover\":true}");
    host->send(update);
    proto::LeaveProject leave;
    leave.set_project_id(project);
    guest->send(leave);
    guest->forget();
    auto response = join(*guest, project);
    EXPECT_EQ(response.language_server_capabilities(0), "{\"hover\":true}");
    host->send(forged);
    guest->send(leave);
    guest->forget();
    EXPECT_EQ(join(*guest, project).language_servers_size(), 0);
}

TEST_P(ProjectStream, RemovingARepositoryIsRelayedAndHiddenFromJoiners) {
    host->request(repository(project, 1, {"a"}));
    proto::RemoveRepository removal;
    removal.set_project_id(project);
    removal.set_id(4);
    EXPECT_TRUE(guest->request(removal).is_error());
    EXPECT_TRUE(host->request(removal).envelope.has_ack());
    EXPECT_EQ(guest->received<proto::RemoveRepository>().size(), 1u);
    auto& late = person("late");
    given_room({&person("boss"), &late});
    world().sql("UPDATE room_participants SET room_id = $1 WHERE user_id = $2", {room, late.user});
    proto::UpdateProject same;
    same.set_project_id(project);
    *same.add_worktrees() = worktree(1);
    host->request(same);
    join(late, project);
    EXPECT_TRUE(late.received<proto::UpdateRepository>().empty());
}

TEST_P(ProjectStream, NeedsNoSqlToRelay) {
    const auto before = world().writer->statements();
    host->post(update(project, 1, {entry(1, "a")}));
    EXPECT_EQ(guest->received<proto::UpdateWorktree>().size(), 1u);
    EXPECT_EQ(world().writer->statements(), before);
}

}  // namespace
}  // namespace collab::test
