// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/journal.h"

#include "areas/projects/project_snapshot.h"
#include "wire/frame.h"
#include "wire/peek.h"

namespace collab::projects {
namespace {

// Rows that a snapshot contains are deleted, so the number goes on from there.
constexpr std::string_view kAppend = R"sql(
    INSERT INTO project_journal (project_id, seq, tag, frame)
    VALUES ($1,
            COALESCE((SELECT MAX(seq) FROM project_journal WHERE project_id = $1),
                     (SELECT through_seq FROM project_snapshots WHERE project_id = $1), 0) + 1,
            $2, $3)
)sql";

constexpr std::string_view kSnapshot =
    "SELECT through_seq, state FROM project_snapshots WHERE project_id = $1";
constexpr std::string_view kRows =
    "SELECT seq, tag, frame FROM project_journal WHERE project_id = $1 ORDER BY seq";
constexpr std::string_view kWorktrees = "SELECT metadata FROM worktrees WHERE project_id = $1";

constexpr std::string_view kStoreSnapshot = R"sql(
    INSERT INTO project_snapshots (project_id, through_seq, state) VALUES ($1, $2, $3)
    ON CONFLICT (project_id) DO UPDATE SET through_seq = excluded.through_seq, state = excluded.state
    WHERE excluded.through_seq > project_snapshots.through_seq
)sql";
constexpr std::string_view kDropRows =
    "DELETE FROM project_journal WHERE project_id = $1 AND seq <= $2";

struct JournalRow {
    std::int64_t seq;
    std::uint32_t tag;
    std::string frame;
};

Status replay(const JournalRow& row, wire::Decoder& decoder, SharedProject& project, WallTime now,
              const rpc::Limits& limits) {
    COLLAB_TRY(const auto envelope, decoder.decode(wire::as_bytes(row.frame)));
    COLLAB_TRY(const auto peeked, wire::peek(envelope));
    return project.replay(row.tag, peeked.payload, now, limits);
}

// The rows say which worktrees there are and how they are named now.
Status apply_rows(const std::vector<std::string>& rows, SharedProject& project) {
    MetadataList list;
    for (const auto& row : rows) {
        if (!list.Add()->ParseFromString(row)) {
            return Error{ErrorCode::internal, "the stored state of the project is damaged"};
        }
    }
    project.set_worktrees(list);
    for (const auto& metadata : list) project.worktrees.at(metadata.id()).metadata = metadata;
    return ok();
}

}  // namespace

Status append_to_journal(db::Tx& tx, ProjectId project, std::uint32_t tag, std::string_view frame) {
    return tx.run(kAppend, {project, tag, db::Blob{frame}});
}

Result<LoadedProject> load_project(db::Tx& tx, ProjectId id, WallTime now,
                                   const rpc::Limits& limits) {
    const auto snapshot_ticket = tx.send(kSnapshot, {id});
    const auto rows_ticket = tx.send(kRows, {id});
    const auto worktrees_ticket = tx.send(kWorktrees, {id});
    LoadedProject loaded;
    loaded.project = std::make_unique<SharedProject>(id);
    COLLAB_TRY(const auto snapshot, tx.one(snapshot_ticket, [](const db::Row& row) {
        return std::pair(row.integer(0), row.text(1));
    }));
    COLLAB_TRY(const auto rows, tx.list(rows_ticket, [](const db::Row& row) {
        return JournalRow{row.integer(0), static_cast<std::uint32_t>(row.integer(1)), row.text(2)};
    }));
    COLLAB_TRY(const auto worktrees,
               tx.list(worktrees_ticket, [](const db::Row& row) { return row.text(0); }));
    if (snapshot) {
        loaded.through_seq = snapshot->first;
        loaded.snapshot_bytes = snapshot->second.size();
        COLLAB_DO(read_snapshot(snapshot->second, *loaded.project));
    }
    wire::Decoder decoder(limits.message_decoded);
    for (const auto& row : rows) {
        COLLAB_DO(replay(row, decoder, *loaded.project, now, limits));
        loaded.through_seq = row.seq;
        loaded.journal_bytes += row.frame.size();
    }
    COLLAB_DO(apply_rows(worktrees, *loaded.project));
    return loaded;
}

Status store_snapshot(db::Tx& tx, ProjectId project, std::int64_t through_seq,
                      std::string_view snapshot) {
    COLLAB_DO(tx.run(kStoreSnapshot, {project, through_seq, db::Blob{snapshot}}));
    return tx.run(kDropRows, {project, through_seq});
}

}  // namespace collab::projects
