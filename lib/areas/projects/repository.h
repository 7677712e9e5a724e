// SPDX-License-Identifier: Apache-2.0
#pragma once

// One git repository of a shared project as its host streamed it: fields and statuses as the bytes
// that they came in, each with the project's change number (worktree.h). Thread: one at a time.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "proto/projects.pb.h"
#include "wire/fields.h"

namespace collab::projects {

struct FileStatus {
    std::string entry;  // the field of UpdateRepository, whole; empty when removed
    std::uint64_t scan_id = 0;
    std::uint64_t changed = 0;
    WallTime removed_at{};

    bool removed() const { return entry.empty(); }
};

class Repository {
public:
    std::uint64_t id = 0;
    std::uint64_t scan_id = 0;
    std::uint64_t changed = 0;
    // When it came, also when it came again after a removal: who knows an older one knows nothing.
    std::uint64_t born = 0;
    std::uint64_t born_scan_id = 0;
    bool removed = false;
    WallTime removed_at{};
    // What each message of the host repeats, whole fields of the newest one.
    std::string common;
    // Kept when a message leaves them out (spec 9, 9.6): repository_dir_abs_path,
    // common_dir_abs_path.
    std::string repository_dir;
    std::string common_dir;
    // Of the newest message with is_last_update, given in the final message only: the branch list,
    // its error, and fields without schema.
    std::string final_only;
    std::map<std::string, FileStatus> statuses;  // by repo_path

    // Requires that `payload` is what `update` was parsed from. Error invalid: it has what we
    // cannot keep as received.
    Status apply(const proto::UpdateRepository& update, wire::Bytes payload, std::uint64_t change,
                 WallTime now);
    void remove(std::uint64_t change, WallTime now);
    void prune(WallTime before);
    // As if all that is known as deleted had been deleted now.
    void renew_deletions(WallTime now);

    // The payload of an UpdateRepository for a joiner, with these statuses, or the final one.
    std::string message(ProjectId project, const std::vector<const FileStatus*>& updated,
                        const std::vector<const std::string*>& gone) const;
    std::string final_message(ProjectId project) const;

private:
    std::string head(ProjectId project) const;
};

}  // namespace collab::projects
