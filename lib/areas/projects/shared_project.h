// SPDX-License-Identifier: Apache-2.0
#pragma once

// All that the host of a project streamed about it: what a joiner is given. The same code applies
// messages as they come and when they are read back from the journal, so the two cannot differ.
// Knows nothing of sessions and SQL. Thread: one at a time (the loop; a reader while it loads).

#include <cstdint>
#include <map>
#include <string>

#include "areas/projects/repository.h"
#include "areas/projects/worktree.h"
#include "rpc/settings.h"

namespace collab::projects {

struct RunningServer {
    proto::LanguageServer server;
    std::string capabilities;
};

// The list of WorktreeMetadata of a share, an UpdateProject or a reshare.
using MetadataList = google::protobuf::RepeatedPtrField<proto::WorktreeMetadata>;

class SharedProject {
public:
    explicit SharedProject(ProjectId project) : id(project) {}

    const ProjectId id;
    std::map<std::uint64_t, Worktree> worktrees;
    std::map<std::uint64_t, Repository> repositories;
    std::map<std::uint64_t, RunningServer> servers;
    // Counts the changes. What carries a greater number than a joiner has seen is news to it.
    std::uint64_t version = 0;

    // Worktrees that are not listed go, new ones are empty (spec 2, 3.5).
    void set_worktrees(const MetadataList& list);

    // Each takes one message of the host; the limits are those of decisions 29. Errors: not_found
    // for a worktree that is not there, too_many over a limit, invalid. `payload` is what the
    // message was parsed from. True: the worktree's metadata changed.
    Result<bool> apply(const proto::UpdateWorktree& update, wire::Bytes payload, WallTime now,
                       const rpc::Limits& limits);
    Status apply(const proto::UpdateRepository& update, wire::Bytes payload, WallTime now);
    Status apply(const proto::UpdateDiagnosticSummary& update);
    Status apply(const proto::UpdateWorktreeSettings& update, wire::Bytes payload, WallTime now);
    Status apply(const proto::StartLanguageServer& start);
    void apply(const proto::UpdateLanguageServer& update);
    void remove_repository(std::uint64_t repository, WallTime now);

    // Applies a message from the journal. What names a worktree that is gone is no error.
    Status replay(std::uint32_t tag, wire::Bytes payload, WallTime now, const rpc::Limits& limits);

    // Forgets what was deleted before `before`.
    void prune(WallTime before);
    // As if all that is known as deleted had been deleted now.
    void renew_deletions(WallTime now);

    std::size_t entry_count() const;
    Worktree* find_worktree(std::uint64_t worktree);
};

}  // namespace collab::projects
