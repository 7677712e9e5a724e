// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/project_queries.h"

#include "areas/rooms/room_snapshot.h"

namespace collab::projects {
namespace {

constexpr std::string_view kFindPlace = R"sql(
    SELECT room_id, user_id, role FROM room_participants
    WHERE answering_connection_server_id = $1 AND answering_connection_id = $2
)sql";

constexpr std::string_view kInsertProject = R"sql(
    INSERT INTO projects (room_id, host_user_id, host_connection_server_id, host_connection_id,
                          features, windows_paths)
    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
)sql";

constexpr std::string_view kInsertCollaborator = R"sql(
    INSERT INTO project_collaborators (project_id, connection_server_id, connection_id, user_id,
                                       replica_id, is_host, committer_name, committer_email)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
)sql";

constexpr std::string_view kFindHosted = R"sql(
    SELECT room_id FROM projects
    WHERE id = $1 AND host_connection_server_id = $2 AND host_connection_id = $3
)sql";

constexpr std::string_view kDeleteProject = "DELETE FROM projects WHERE id = $1";

constexpr std::string_view kDropOtherWorktrees =
    "DELETE FROM worktrees WHERE project_id = $1 AND NOT (id IN IDS($2))";
constexpr std::string_view kUpsertWorktree = R"sql(
    INSERT INTO worktrees (project_id, id, root_name, visible, metadata) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (project_id, id) DO UPDATE
    SET root_name = excluded.root_name, visible = excluded.visible, metadata = excluded.metadata
)sql";
constexpr std::string_view kRenameWorktree = R"sql(
    UPDATE worktrees SET root_name = $3, visible = $4, metadata = $5 WHERE project_id = $1 AND id = $2
)sql";
constexpr std::string_view kListWorktrees =
    "SELECT project_id, metadata FROM worktrees WHERE project_id IN IDS($1) ORDER BY project_id, "
    "id";

constexpr std::string_view kJoining = R"sql(
    SELECT p.room_id, r.role
    FROM projects p
    LEFT JOIN room_participants r
        ON r.room_id = p.room_id AND r.answering_connection_server_id = $2
        AND r.answering_connection_id = $3
    WHERE p.id = $1
)sql";
constexpr std::string_view kCollaborators = R"sql(
    SELECT replica_id, connection_server_id, connection_id FROM project_collaborators
    WHERE project_id = $1
)sql";

constexpr std::string_view kDeleteCollaborator = R"sql(
    DELETE FROM project_collaborators
    WHERE project_id = $1 AND connection_server_id = $2 AND connection_id = $3
)sql";
constexpr std::string_view kDeleteFollows = R"sql(
    DELETE FROM followers
    WHERE project_id = $1
        AND ((leader_connection_server_id = $2 AND leader_connection_id = $3)
             OR (follower_connection_server_id = $2 AND follower_connection_id = $3))
)sql";

// PostgreSQL's text has no NUL, protobuf's strings may; the whole name stands in the metadata.
std::string without_nul(std::string text) {
    std::erase(text, '\0');
    return text;
}
std::optional<std::string> without_nul(std::optional<std::string> text) {
    if (text) std::erase(*text, '\0');
    return text;
}

db::Values worktree_values(ProjectId project, const proto::WorktreeMetadata& worktree) {
    return {project, worktree.id(), without_nul(worktree.root_name()), worktree.visible(),
            db::Blob{worktree.SerializeAsString()}};
}

}  // namespace

Result<std::optional<Place>> find_place(db::Tx& tx, PeerId peer) {
    return tx.one(kFindPlace, {peer.server, peer.connection}, [](const db::Row& row) {
        return Place{row.id<RoomId>(0), row.id<UserId>(1), rpc::role_from_text(row.text(2))};
    });
}

Result<ProjectId> insert_project(db::Tx& tx, const NewProject& project) {
    COLLAB_TRY(
        const auto id,
        tx.one(kInsertProject,
               {project.room, project.host_user, project.host.server, project.host.connection,
                rooms::features_to_text(project.features), project.windows_paths},
               [](const db::Row& row) { return row.id<ProjectId>(0); }));
    COLLAB_DO(tx.run(kInsertCollaborator,
                     {*id, project.host.server, project.host.connection, project.host_user,
                      project.over_ssh ? 1 : 0, true, nullptr, nullptr}));
    return *id;
}

Result<std::optional<RoomId>> find_hosted(db::Tx& tx, ProjectId project, PeerId host) {
    return tx.one(kFindHosted, {project, host.server, host.connection},
                  [](const db::Row& row) { return row.id<RoomId>(0); });
}

Status delete_project(db::Tx& tx, ProjectId project) {
    return tx.run(kDeleteProject, {project});
}

Status replace_worktrees(db::Tx& tx, ProjectId project, const MetadataList& worktrees) {
    std::vector<std::int64_t> listed;
    for (const auto& worktree : worktrees)
        listed.push_back(static_cast<std::int64_t>(worktree.id()));
    COLLAB_DO(tx.run(kDropOtherWorktrees, {project, listed}));
    for (const auto& worktree : worktrees) {
        COLLAB_DO(tx.run(kUpsertWorktree, worktree_values(project, worktree)));
    }
    return ok();
}

Status rename_worktree(db::Tx& tx, ProjectId project, const proto::WorktreeMetadata& worktree) {
    return tx.run(kRenameWorktree, worktree_values(project, worktree));
}

db::Ticket send_worktrees(db::Tx& tx, const std::vector<std::int64_t>& projects) {
    return tx.send(kListWorktrees, {projects});
}

Result<KnownWorktrees> receive_worktrees(db::Tx& tx, db::Ticket ticket) {
    COLLAB_TRY(const auto rows, tx.list(ticket, [](const db::Row& row) {
        return std::pair(row.id<ProjectId>(0), row.text(1));
    }));
    KnownWorktrees worktrees;
    for (const auto& [project, metadata] : rows) {
        if (!worktrees[project].emplace_back().ParseFromString(metadata)) {
            return Error{ErrorCode::internal, "a stored worktree is damaged"};
        }
    }
    return worktrees;
}

Result<std::optional<Joining>> load_joining(db::Tx& tx, ProjectId project, PeerId peer) {
    const auto project_ticket = tx.send(kJoining, {project, peer.server, peer.connection});
    const auto collaborators_ticket = tx.send(kCollaborators, {project});
    COLLAB_TRY(auto joining, tx.one(project_ticket, [](const db::Row& row) {
        Joining found;
        if (!row.is_null(0)) found.room = row.id<RoomId>(0);
        if (!row.is_null(1)) found.role = rpc::role_from_text(row.text(1));
        return found;
    }));
    COLLAB_TRY(const auto collaborators, tx.list(collaborators_ticket, [](const db::Row& row) {
        return std::pair(static_cast<std::uint32_t>(row.integer(0)),
                         PeerId{static_cast<std::uint32_t>(row.integer(1)),
                                static_cast<std::uint32_t>(row.integer(2))});
    }));
    if (!joining) return joining;
    for (const auto& [replica, collaborator] : collaborators) {
        joining->replicas.push_back(replica);
        joining->inside |= collaborator == peer;
    }
    return joining;
}

Status insert_guest(db::Tx& tx, ProjectId project, const NewGuest& guest) {
    return tx.run(kInsertCollaborator,
                  {project, guest.peer.server, guest.peer.connection, guest.user, guest.replica,
                   false, without_nul(guest.committer_name), without_nul(guest.committer_email)});
}

Result<bool> delete_collaborator(db::Tx& tx, ProjectId project, PeerId peer) {
    COLLAB_TRY(const auto deleted,
               tx.run_counted(kDeleteCollaborator, {project, peer.server, peer.connection}));
    COLLAB_DO(tx.run(kDeleteFollows, {project, peer.server, peer.connection}));
    return deleted > 0;
}

}  // namespace collab::projects
