// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sharing and unsharing, the set of worktrees, leaving: what changes a project's rows (spec 2, 3.3
// to 3.7). Joining is in join.h, what a host streams in stream_handlers.h.

#include "areas/projects/project_queries.h"
#include "proto/projects.pb.h"
#include "proto/rooms.pb.h"
#include "rpc/call.h"

namespace collab::projects {

// Shares into the caller's room. Errors: denied (not in a room, another room, a role that may not
// share), too_many worktrees.
Result<proto::ShareProjectResponse> share_project(rpc::Call& call,
                                                  const proto::ShareProject& request);

// Guests are told first, then the room, which lists the project no more. Error denied: not the
// host.
Status unshare_project(rpc::Call& call, const proto::UnshareProject& request);

// Replaces the set of worktrees. Errors: denied (not the host), too_many worktrees.
Status update_project(rpc::Call& call, const proto::UpdateProject& request);

// A host that leaves ends the project. Error denied: not in the project.
Status leave_project(rpc::Call& call, const proto::LeaveProject& request);

// --- for RejoinRoom

// Writes the rows and the journal entry of a new set of worktrees and lets the loop know; keeps
// root_repo_* of `known`, the rows so far, where the new metadata does not say. Error too_many.
Status store_worktrees(rpc::Call& call, const proto::UpdateProject& update, const wire::Body& frame,
                       const KnownWorktrees& known);

// Deletes the project and tells its guests. The room is the caller's to announce.
Status end_project(rpc::Call& call, ProjectId project);

}  // namespace collab::projects
