// SPDX-License-Identifier: Apache-2.0
#include "areas/project_world.h"

namespace collab::test {
namespace {

void apply_entries(ProjectView::Tree& tree, const proto::UpdateWorktree& update) {
    tree.root_name = update.root_name();
    tree.abs_path = update.abs_path();
    tree.scan_id = update.scan_id();
    tree.complete = update.is_last_update();
    if (update.has_root_repo_common_dir()) {
        tree.common_dir = update.root_repo_common_dir();
    } else if (update.is_last_update()) {
        tree.common_dir.reset();
    }
    for (const auto id : update.removed_entries()) tree.entries.erase(id);
    for (const auto& entry : update.updated_entries()) {
        tree.entries[entry.id()] = entry.SerializeAsString();
    }
}

void apply_statuses(ProjectView::Git& git, proto::UpdateRepository update) {
    for (const auto& path : update.removed_statuses()) git.statuses.erase(path);
    for (const auto& status : update.updated_statuses()) {
        git.statuses[status.repo_path()] = status.SerializeAsString();
    }
    if (update.is_last_update()) {
        git.branches.clear();
        for (const auto& branch : update.branch_list()) git.branches += branch.ref_name() + " ";
        git.branches += update.branch_list_error();
    }
    // Absent leaves what is known (spec 9, 9.6).
    if (update.has_common_dir_abs_path()) git.common_dir = update.common_dir_abs_path();
    if (update.has_repository_dir_abs_path()) git.repository_dir = update.repository_dir_abs_path();
    update.clear_common_dir_abs_path();
    update.clear_repository_dir_abs_path();
    update.clear_updated_statuses();
    update.clear_removed_statuses();
    update.clear_branch_list();
    update.clear_branch_list_error();
    update.clear_is_last_update();
    git.fields = update.SerializeAsString();
}

}  // namespace

std::string ProjectView::difference(const ProjectView& other) const {
    std::string text;
    const auto differ = [&](const std::string& what, bool same) {
        if (!same) text += what + "; ";
    };
    differ("worktrees", trees.size() == other.trees.size());
    differ("repositories", repositories.size() == other.repositories.size());
    differ("servers", servers == other.servers);
    for (const auto& [id, tree] : trees) {
        const auto found = other.trees.find(id);
        if (found == other.trees.end()) continue;
        const std::string name = "worktree " + std::to_string(id) + " ";
        differ(name + "names", tree.root_name == found->second.root_name &&
                                   tree.abs_path == found->second.abs_path);
        differ(name + "scan",
               tree.scan_id == found->second.scan_id && tree.complete == found->second.complete);
        differ(name + "root repository", tree.common_dir == found->second.common_dir);
        differ(name + "entries", tree.entries == found->second.entries);
        differ(name + "diagnostics", tree.diagnostics == found->second.diagnostics);
        differ(name + "settings", tree.settings == found->second.settings);
    }
    for (const auto& [id, git] : repositories) {
        const auto found = other.repositories.find(id);
        if (found == other.repositories.end()) continue;
        const std::string name = "repository " + std::to_string(id) + " ";
        differ(name + "fields", git.fields == found->second.fields);
        differ(name + "statuses", git.statuses == found->second.statuses);
        differ(name + "branches", git.branches == found->second.branches);
        differ(name + "folders", git.common_dir == found->second.common_dir &&
                                     git.repository_dir == found->second.repository_dir);
    }
    return text;
}

void ProjectView::apply(const Received& message) {
    const auto& envelope = message.envelope;
    if (envelope.has_update_worktree()) {
        apply_entries(trees[envelope.update_worktree().worktree_id()], envelope.update_worktree());
    } else if (envelope.has_update_repository()) {
        apply_statuses(repositories[envelope.update_repository().id()],
                       envelope.update_repository());
    } else if (envelope.has_remove_repository()) {
        repositories.erase(envelope.remove_repository().id());
    } else if (envelope.has_update_diagnostic_summary()) {
        const auto& update = envelope.update_diagnostic_summary();
        auto& known = trees[update.worktree_id()].diagnostics;
        const auto take = [&](const proto::DiagnosticSummary& summary) {
            known[{summary.path(), summary.language_server_id()}] = summary.SerializeAsString();
        };
        take(update.summary());
        for (const auto& summary : update.more_summaries()) take(summary);
    } else if (envelope.has_update_worktree_settings()) {
        const auto& file = envelope.update_worktree_settings();
        auto& known = trees[file.worktree_id()].settings;
        if (file.has_content()) {
            known[{file.path(), file.kind()}] = file.content();
        } else {
            known.erase({file.path(), file.kind()});
        }
    } else if (envelope.has_start_language_server()) {
        const auto& start = envelope.start_language_server();
        servers[start.server().id()] = start.server().name() + start.capabilities();
    } else if (envelope.has_update_language_server() &&
               envelope.update_language_server().has_removed()) {
        servers.erase(envelope.update_language_server().language_server_id());
    } else if (envelope.has_join_project_response()) {
        apply(envelope.join_project_response());
    }
}

void ProjectView::apply(const proto::JoinProjectResponse& response) {
    for (const auto& worktree : response.worktrees()) trees[worktree.id()];
    for (int i = 0; i < response.language_servers_size(); ++i) {
        servers[response.language_servers(i).id()] =
            response.language_servers(i).name() + response.language_server_capabilities(i);
    }
}

void ProjectTest::SetUp() {
    if (const auto reason = why_skipped(GetParam())) GTEST_SKIP() << *reason;
    world_.emplace(GetParam(), projects::routes());
}

FakeClient& ProjectTest::person(const std::string& name, std::string_view version) {
    return world().connect(world().user(name), version);
}

FakeClient& ProjectTest::back(FakeClient& lost, std::string_view version) {
    if (!lost.closed) world().disconnect(lost);
    return world().connect(lost.user, version);
}

RoomId ProjectTest::given_room(const std::vector<FakeClient*>& people, const std::string& role) {
    const RoomId room{
        world().sql("INSERT INTO rooms (live_kit_room) VALUES ('r') RETURNING id")[0].integer(0)};
    for (const auto* each : people) {
        world().sql(
            "INSERT INTO room_participants (room_id, user_id, answering_connection_server_id, "
            "answering_connection_id, calling_user_id, calling_connection_server_id, "
            "calling_connection_id, participant_index, role) VALUES ($1, $2, $3, $4, $2, $3, $4, "
            "0, $5)",
            {room, each->user, each->peer.server, each->peer.connection,
             each == people.front() ? "admin" : role});
    }
    const auto side = world().database.open();
    db::Tx tx(*side);
    auto loaded = rooms::load_room(tx, room);
    EXPECT_TRUE(loaded.ok() && *loaded);
    world().live->index.put_room((*loaded)->state);
    return room;
}

void SharedProjectTest::SetUp() {
    ProjectTest::SetUp();
    if (IsSkipped()) return;
    host = &person("host");
    guest = &person("guest");
    room = given_room({host, guest});
    project = share(*host, room);
    join(*guest, project);
    guest->forget();
    host->forget();
}

void ProjectTest::restart() {
    world().restart(projects::routes());
    const auto side = world().database.open();
    db::Tx tx(*side);
    auto rooms = rooms::load_all_rooms(tx);
    ASSERT_TRUE(rooms.ok());
    for (auto& room : *rooms) world().live->index.put_room(std::move(room));
}

proto::WorktreeMetadata ProjectTest::worktree(std::uint64_t id) {
    proto::WorktreeMetadata metadata;
    metadata.set_id(id);
    metadata.set_root_name(id == 1 ? "root" : "root" + std::to_string(id));
    metadata.set_visible(true);
    metadata.set_abs_path("/" + metadata.root_name());
    return metadata;
}

std::uint64_t ProjectTest::share(FakeClient& host, RoomId room, std::uint64_t worktrees) {
    proto::ShareProject request;
    request.set_room_id(static_cast<std::uint64_t>(room.value));
    for (std::uint64_t id = 1; id <= worktrees; ++id) *request.add_worktrees() = worktree(id);
    return host.request(request).as<proto::ShareProjectResponse>().project_id();
}

proto::JoinProjectResponse ProjectTest::join(FakeClient& guest, std::uint64_t project) {
    proto::JoinProject request;
    request.set_project_id(project);
    return guest.request(request).as<proto::JoinProjectResponse>();
}

proto::Entry ProjectTest::entry(std::uint64_t id, const std::string& path) {
    proto::Entry entry;
    entry.set_id(id);
    entry.set_path(path);
    entry.set_inode(id);
    return entry;
}

proto::UpdateWorktree ProjectTest::update(std::uint64_t project, std::uint64_t scan_id,
                                          const std::vector<proto::Entry>& entries,
                                          const std::vector<std::uint64_t>& removed) {
    proto::UpdateWorktree update;
    update.set_project_id(project);
    update.set_worktree_id(1);
    update.set_root_name("root");
    update.set_abs_path("/root");
    update.set_scan_id(scan_id);
    update.set_is_last_update(true);
    for (const auto& each : entries) *update.add_updated_entries() = each;
    for (const auto id : removed) update.add_removed_entries(id);
    return update;
}

proto::UpdateRepository ProjectTest::repository(std::uint64_t project, std::uint64_t scan_id,
                                                const std::vector<std::string>& modified) {
    proto::UpdateRepository update;
    update.set_project_id(project);
    update.set_id(4);
    update.set_abs_path("/root");
    update.set_scan_id(scan_id);
    update.set_is_last_update(true);
    for (const auto& path : modified) {
        auto& status = *update.add_updated_statuses();
        status.set_repo_path(path);
        status.set_simple_status(proto::Modified);
    }
    return update;
}

ProjectView ProjectTest::view_of(FakeClient& client) {
    ProjectView view;
    for (const auto& message : client.inbox()) view.apply(message);
    return view;
}

}  // namespace collab::test
