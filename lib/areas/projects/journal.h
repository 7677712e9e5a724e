// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a host streamed, in the database: every message appended before its Ack, folded into a
// snapshot now and then, read back after a restart (architecture, "live projects and the worktree
// journal"). SQL only; runs inside the caller's transaction.

#include <cstdint>
#include <memory>

#include "areas/projects/shared_project.h"
#include "db/tx.h"

namespace collab::projects {

// `frame`: whole zstd frames of an envelope. Fails at the end of the transaction when the project
// is gone.
Status append_to_journal(db::Tx& tx, ProjectId project, std::uint32_t tag, std::string_view frame);

struct LoadedProject {
    std::unique_ptr<SharedProject> project;
    std::int64_t through_seq = 0;   // of the newest journal row that it contains
    std::size_t journal_bytes = 0;  // read from rows
    std::size_t snapshot_bytes = 0;
};

// One round trip. Things deleted by the journal are taken as deleted `now`. Error internal: what is
// stored is damaged.
Result<LoadedProject> load_project(db::Tx& tx, ProjectId project, WallTime now,
                                   const rpc::Limits& limits);

// Replaces the snapshot and deletes the journal rows that it contains.
Status store_snapshot(db::Tx& tx, ProjectId project, std::int64_t through_seq,
                      std::string_view snapshot);

}  // namespace collab::projects
