// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/worktree.h"

#include <vector>

namespace collab::projects {
namespace {

constexpr std::uint32_t kUpdatedEntries = 4;  // of UpdateWorktree
constexpr std::uint32_t kNewestKnownField = 12;
// From here on, removals of unknown entries are not kept any more: a host could invent them.
constexpr std::size_t kMaxTombstonesOfUnknown = 1 << 20;

struct RawUpdate {
    std::vector<wire::Bytes> entries;  // whole fields
    std::string unknown;
};

// What protobuf reads but we do not (groups) is refused: entries are kept as received.
Result<RawUpdate> take_apart(const proto::UpdateWorktree& update, wire::Bytes payload) {
    RawUpdate raw;
    wire::FieldReader reader(payload);
    while (const auto field = reader.next()) {
        if (field->number == kUpdatedEntries) raw.entries.push_back(field->whole);
        if (field->number > kNewestKnownField) raw.unknown += wire::as_text(field->whole);
    }
    if (reader.malformed() || std::ssize(raw.entries) != update.updated_entries_size()) {
        return Error{ErrorCode::invalid, "cannot read the message"};
    }
    return raw;
}

}  // namespace

void Worktree::rename(const proto::WorktreeMetadata& named, std::uint64_t change) {
    proto::WorktreeMetadata next = named;
    if (!named.has_root_repo_common_dir() && metadata.has_root_repo_common_dir()) {
        next.set_root_repo_common_dir(metadata.root_repo_common_dir());
        next.set_root_repo_is_linked_worktree(metadata.root_repo_is_linked_worktree());
    }
    metadata = std::move(next);
    changed = change;
}

// Absent clears it only at the end of an update, as in the client (spec 9, 9.6).
bool Worktree::apply_root_repository(const proto::UpdateWorktree& update) {
    if (!update.has_root_repo_common_dir() && !update.is_last_update()) return false;
    const bool linked = update.has_root_repo_common_dir() && update.root_repo_is_linked_worktree();
    const bool same = metadata.has_root_repo_common_dir() == update.has_root_repo_common_dir() &&
                      metadata.root_repo_common_dir() == update.root_repo_common_dir() &&
                      metadata.root_repo_is_linked_worktree() == linked;
    if (same) return false;
    metadata.clear_root_repo_common_dir();
    if (update.has_root_repo_common_dir()) {
        metadata.set_root_repo_common_dir(update.root_repo_common_dir());
    }
    metadata.set_root_repo_is_linked_worktree(linked);
    return true;
}

Result<bool> Worktree::apply(const proto::UpdateWorktree& update, wire::Bytes payload,
                             std::uint64_t change, WallTime now) {
    COLLAB_TRY(auto raw, take_apart(update, payload));
    bool renamed =
        metadata.root_name() != update.root_name() || metadata.abs_path() != update.abs_path();
    metadata.set_root_name(update.root_name());
    metadata.set_abs_path(update.abs_path());
    renamed |= apply_root_repository(update);
    scan_id = update.scan_id();
    if (update.is_last_update()) {
        completed_scan_id = scan_id;
        extra = std::move(raw.unknown);
    }
    for (int i = 0; i < update.updated_entries_size(); ++i) {
        const auto id = update.updated_entries(i).id();
        entries.put(id, scan_id, wire::as_text(raw.entries[static_cast<std::size_t>(i)]));
        tombstones.erase(id);
    }
    for (const auto id : update.removed_entries()) {
        // A guest may know an entry that we do not: it was relayed before a kill took its journal
        // row.
        if (entries.remove(id) || tombstones.size() < kMaxTombstonesOfUnknown) {
            tombstones[id] = {scan_id, change, now};
        }
    }
    entries.seal(change);
    changed = change;
    return renamed;
}

void Worktree::apply(const proto::UpdateDiagnosticSummary& update, std::uint64_t change) {
    const auto store = [&](const proto::DiagnosticSummary& summary) {
        diagnostics[{summary.path(), summary.language_server_id()}] = {summary.SerializeAsString(),
                                                                       change};
    };
    if (update.has_summary()) store(update.summary());
    for (const auto& summary : update.more_summaries()) store(summary);
    changed = change;
}

Status Worktree::apply(const proto::UpdateWorktreeSettings& update, wire::Bytes payload,
                       std::uint64_t change, WallTime now) {
    if (update.has_kind() && !proto::LocalSettingsKind_IsValid(update.kind())) {
        return Error{ErrorCode::invalid, "unknown kind of settings"};
    }
    auto& file = settings[{update.path(), update.kind()}];
    file.payload = wire::as_text(payload);
    file.deleted = !update.has_content();
    file.changed = change;
    file.deleted_at = now;
    changed = change;
    return ok();
}

void Worktree::prune(WallTime before) {
    std::erase_if(tombstones, [&](const auto& each) { return each.second.deleted_at < before; });
    std::erase_if(settings, [&](const auto& each) {
        return each.second.deleted && each.second.deleted_at < before;
    });
}

void Worktree::renew_deletions(WallTime now) {
    for (auto& [entry, tombstone] : tombstones) tombstone.deleted_at = now;
    for (auto& [file, content] : settings) {
        if (content.deleted) content.deleted_at = now;
    }
}

std::string Worktree::header(ProjectId project, bool last) const {
    proto::UpdateWorktree update;
    update.set_project_id(static_cast<std::uint64_t>(project.value));
    update.set_worktree_id(metadata.id());
    update.set_root_name(metadata.root_name());
    update.set_abs_path(metadata.abs_path());
    update.set_scan_id(scan_id);
    update.set_is_last_update(last && complete());
    if (metadata.has_root_repo_common_dir()) {
        update.set_root_repo_common_dir(metadata.root_repo_common_dir());
    }
    update.set_root_repo_is_linked_worktree(metadata.root_repo_is_linked_worktree());
    std::string fields = update.SerializeAsString();
    if (last) fields += extra;
    return fields;
}

}  // namespace collab::projects
