// SPDX-License-Identifier: Apache-2.0
#pragma once

// Messages about projects, made from what the loop and the state of a project know.

#include <string_view>
#include <vector>

#include "areas/projects/shared_project.h"
#include "proto/core.pb.h"
#include "rpc/call.h"
#include "rpc/index.h"
#include "wire/frame.h"

namespace collab::projects {

inline constexpr std::uint32_t kRemovedEntries = 5;  // of UpdateWorktree

proto::PeerId make_peer(PeerId peer);
proto::Collaborator make_collaborator(const rpc::Collaborator& collaborator);

// Clients before 0.204.1 read one summary per UpdateDiagnosticSummary (decisions 8).
bool wants_single_summaries(const rpc::Caller& caller);
// An UpdateDiagnosticSummary with these encoded summaries. Requires at least one.
wire::Body diagnostics_body(ProjectId project, std::uint64_t worktree,
                            const std::vector<std::string_view>& summaries);

proto::RemoveRepository remove_repository_message(ProjectId project, std::uint64_t repository);
// What a joiner is told of each language server at the end (spec 2, 3.6 step 5).
proto::UpdateLanguageServer diagnostics_are_up_to_date(ProjectId project,
                                                       const proto::LanguageServer& server);

// The parts that JoinProjectResponse and RejoinedProject share: worktrees by id, language servers
// with their capabilities, and everybody but `receiver`.
template <class M>
void describe(const SharedProject& project, const rpc::ProjectState& state, PeerId receiver,
              M& out) {
    for (const auto& [id, worktree] : project.worktrees) *out.add_worktrees() = worktree.metadata;
    for (const auto& [id, running] : project.servers) {
        *out.add_language_servers() = running.server;
        out.add_language_server_capabilities(running.capabilities);
    }
    for (const auto& each : state.collaborators) {
        if (each.peer != receiver) *out.add_collaborators() = make_collaborator(each);
    }
}

}  // namespace collab::projects
