// SPDX-License-Identifier: Apache-2.0
#pragma once

// One worktree of a shared project as its host streamed it: entries, what was deleted lately,
// diagnostics and settings files. Every change carries the project's change number, so that a
// transfer can tell what a joiner lacks. Thread: one at a time.

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "areas/projects/entry_chunks.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "proto/projects.pb.h"

namespace collab::projects {

// A deleted entry, kept for as long as somebody may still rejoin (decisions 32).
struct Tombstone {
    std::uint64_t scan_id = 0;
    std::uint64_t changed = 0;
    WallTime deleted_at{};
};

struct Diagnostic {
    std::string summary;  // a DiagnosticSummary as received
    std::uint64_t changed = 0;
};

struct SettingsFile {
    std::string payload;  // the UpdateWorktreeSettings as received; without content when deleted
    bool deleted = false;
    std::uint64_t changed = 0;
    WallTime deleted_at{};
};

class Worktree {
public:
    // As the host named it last: by ShareProject or UpdateProject, then by its updates.
    proto::WorktreeMetadata metadata;
    std::uint64_t scan_id = 0;
    std::uint64_t completed_scan_id = 0;
    std::string extra;  // fields without schema of the newest message with is_last_update, whole
    std::uint64_t changed = 0;
    EntryChunks entries;
    std::map<std::uint64_t, Tombstone> tombstones;
    std::map<std::pair<std::string, std::uint64_t>, Diagnostic> diagnostics;  // path, server
    std::map<std::pair<std::string, int>, SettingsFile> settings;             // path, kind

    bool complete() const { return scan_id == completed_scan_id; }

    // New metadata from ShareProject or UpdateProject; root_repo_* only when present (spec 2, 3.5).
    void rename(const proto::WorktreeMetadata& named, std::uint64_t change);
    // Requires that `payload` is what `update` was parsed from. True when the metadata changed.
    Result<bool> apply(const proto::UpdateWorktree& update, wire::Bytes payload,
                       std::uint64_t change, WallTime now);
    void apply(const proto::UpdateDiagnosticSummary& update, std::uint64_t change);
    Status apply(const proto::UpdateWorktreeSettings& update, wire::Bytes payload,
                 std::uint64_t change, WallTime now);
    // Forgets what was deleted before `before`.
    void prune(WallTime before);
    // As if all that is known as deleted had been deleted now.
    void renew_deletions(WallTime now);

    // The fields beside the entries of an UpdateWorktree for a joiner; `last` marks the final one.
    std::string header(ProjectId project, bool last) const;

private:
    bool apply_root_repository(const proto::UpdateWorktree& update);
};

}  // namespace collab::projects
