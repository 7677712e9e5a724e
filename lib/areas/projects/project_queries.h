// SPDX-License-Identifier: Apache-2.0
#pragma once

// SQL for projects, their worktrees' rows and their collaborators. Nothing here knows of sessions.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "areas/projects/shared_project.h"
#include "db/tx.h"
#include "rpc/role.h"

namespace collab::projects {

// Where a connection answers.
struct Place {
    RoomId room;
    UserId user;
    rpc::Role role;
};
Result<std::optional<Place>> find_place(db::Tx& tx, PeerId peer);

struct NewProject {
    RoomId room;
    UserId host_user;
    PeerId host;
    std::vector<std::string> features;
    bool windows_paths = false;
    bool over_ssh = false;  // the host's replica id is 1 then (spec 2, 3.2)
};
// The project's row and the host's.
Result<ProjectId> insert_project(db::Tx& tx, const NewProject& project);
// The room of a project that this connection hosts, or nothing.
Result<std::optional<RoomId>> find_hosted(db::Tx& tx, ProjectId project, PeerId host);
Status delete_project(db::Tx& tx, ProjectId project);

// Writes the rows of all worktrees; those not listed go.
Status replace_worktrees(db::Tx& tx, ProjectId project, const MetadataList& worktrees);
// One that is still there has new metadata.
Status rename_worktree(db::Tx& tx, ProjectId project, const proto::WorktreeMetadata& worktree);
// The rows of several projects as they are, by id; asked and fetched apart so that they can travel
// with other reads.
using KnownWorktrees = std::map<ProjectId, std::vector<proto::WorktreeMetadata>>;
db::Ticket send_worktrees(db::Tx& tx, const std::vector<std::int64_t>& projects);
Result<KnownWorktrees> receive_worktrees(db::Tx& tx, db::Ticket ticket);

// What decides whether a connection may join: its role in the project's room, and who is in the
// project. Nothing when there is no such project.
struct Joining {
    std::optional<RoomId> room;
    std::optional<rpc::Role> role;
    std::vector<std::uint32_t> replicas;
    bool inside = false;  // this connection is a collaborator already
};
Result<std::optional<Joining>> load_joining(db::Tx& tx, ProjectId project, PeerId peer);

struct NewGuest {
    PeerId peer;
    UserId user;
    std::uint32_t replica = 0;
    std::optional<std::string> committer_name;
    std::optional<std::string> committer_email;
};
Status insert_guest(db::Tx& tx, ProjectId project, const NewGuest& guest);
// False when that connection is not in the project. Its follows go too.
Result<bool> delete_collaborator(db::Tx& tx, ProjectId project, PeerId peer);

}  // namespace collab::projects
