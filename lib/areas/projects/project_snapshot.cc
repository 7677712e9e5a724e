// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/project_snapshot.h"

#include "proto/project_snapshot.pb.h"
#include "wire/frame.h"

namespace collab::projects {
namespace {

// Serialized. A project that grows beyond it is not folded any more, and ends where its journal
// does (limits.project_journal).
constexpr std::size_t kMaxSnapshot = std::size_t{1} << 30;

WallTime wall(std::int64_t unix_ms) {
    return WallTime(std::chrono::milliseconds(unix_ms));
}

Error damaged() {
    return {ErrorCode::internal, "the stored state of the project is damaged"};
}

void write(const Worktree& worktree, proto::WorktreeSnapshot& out) {
    *out.mutable_metadata() = worktree.metadata;
    out.set_scan_id(worktree.scan_id);
    out.set_completed_scan_id(worktree.completed_scan_id);
    out.set_extra(worktree.extra);
    for (const auto& chunk : worktree.entries.chunks()) {
        auto& entries = *out.add_chunks();
        for (const auto& item : chunk.items) {
            entries.mutable_fields()->append(chunk.bytes, item.offset, item.length);
            entries.add_scan_ids(item.scan_id);
        }
    }
    for (const auto& [id, tombstone] : worktree.tombstones) {
        auto& stored = *out.add_tombstones();
        stored.set_id(id);
        stored.set_scan_id(tombstone.scan_id);
        stored.set_deleted_at(unix_ms(tombstone.deleted_at));
    }
    for (const auto& [key, diagnostic] : worktree.diagnostics) {
        out.add_diagnostics()->mutable_summary()->ParseFromString(diagnostic.summary);
    }
    for (const auto& [key, file] : worktree.settings) {
        if (!file.deleted) out.add_settings(file.payload);
    }
}

void write(const Repository& repository, proto::RepositorySnapshot& out) {
    out.set_id(repository.id);
    out.set_scan_id(repository.scan_id);
    out.set_born_scan_id(repository.born_scan_id);
    out.set_common(repository.common);
    out.set_repository_dir(repository.repository_dir);
    out.set_common_dir(repository.common_dir);
    out.set_final_only(repository.final_only);
    for (const auto& [path, status] : repository.statuses) {
        auto& stored = *out.add_statuses();
        stored.set_path(path);
        stored.set_entry(status.entry);
        stored.set_scan_id(status.scan_id);
        if (status.removed()) stored.set_removed_at(unix_ms(status.removed_at));
    }
}

Status read_entries(const proto::EntriesSnapshot& stored, Worktree& worktree) {
    wire::FieldReader reader(wire::as_bytes(stored.fields()));
    int next = 0;
    while (const auto field = reader.next()) {
        proto::Entry entry;
        if (!entry.ParseFromArray(field->bytes.data(), static_cast<int>(field->bytes.size())) ||
            next == stored.scan_ids_size()) {
            return damaged();
        }
        worktree.entries.put(entry.id(), stored.scan_ids(next++), wire::as_text(field->whole));
    }
    return reader.malformed() ? Status(damaged()) : ok();
}

Status read(const proto::WorktreeSnapshot& stored, std::uint64_t change, Worktree& worktree) {
    worktree.metadata = stored.metadata();
    worktree.scan_id = stored.scan_id();
    worktree.completed_scan_id = stored.completed_scan_id();
    worktree.extra = stored.extra();
    worktree.changed = change;
    for (const auto& chunk : stored.chunks()) COLLAB_DO(read_entries(chunk, worktree));
    worktree.entries.seal(change);
    for (const auto& tombstone : stored.tombstones()) {
        worktree.tombstones[tombstone.id()] = {tombstone.scan_id(), change,
                                               wall(tombstone.deleted_at())};
    }
    for (const auto& diagnostic : stored.diagnostics()) worktree.apply(diagnostic, change);
    for (const auto& payload : stored.settings()) {
        proto::UpdateWorktreeSettings file;
        if (!file.ParseFromString(payload)) return damaged();
        COLLAB_DO(worktree.apply(file, wire::as_bytes(payload), change, {}));
    }
    return ok();
}

void read(const proto::RepositorySnapshot& stored, std::uint64_t change, Repository& repository) {
    repository.id = stored.id();
    repository.scan_id = stored.scan_id();
    repository.changed = change;
    repository.born = change;
    repository.born_scan_id = stored.born_scan_id();
    repository.common = stored.common();
    repository.repository_dir = stored.repository_dir();
    repository.common_dir = stored.common_dir();
    repository.final_only = stored.final_only();
    for (const auto& status : stored.statuses()) {
        repository.statuses[status.path()] = {status.entry(), status.scan_id(), change,
                                              wall(status.removed_at())};
    }
}

}  // namespace

Result<std::string> make_snapshot(const SharedProject& project) {
    proto::ProjectSnapshot snapshot;
    for (const auto& [id, worktree] : project.worktrees) write(worktree, *snapshot.add_worktrees());
    for (const auto& [id, repository] : project.repositories) {
        if (!repository.removed) write(repository, *snapshot.add_repositories());
    }
    for (const auto& [id, running] : project.servers) {
        auto& stored = *snapshot.add_servers();
        *stored.mutable_server() = running.server;
        stored.set_capabilities(running.capabilities);
    }
    if (snapshot.ByteSizeLong() > kMaxSnapshot) {
        return Error{ErrorCode::too_many, "the project's state is longer than " +
                                              std::to_string(kMaxSnapshot) + " bytes"};
    }
    const std::string bytes = snapshot.SerializeAsString();
    return *wire::pack(wire::as_bytes(bytes));
}

Status read_snapshot(std::string_view snapshot, SharedProject& project) {
    wire::Decoder decoder(kMaxSnapshot);
    COLLAB_TRY(const auto bytes, decoder.decode(wire::as_bytes(snapshot)));
    proto::ProjectSnapshot stored;
    if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return damaged();
    ++project.version;
    for (const auto& worktree : stored.worktrees()) {
        COLLAB_DO(read(worktree, project.version, project.worktrees[worktree.metadata().id()]));
    }
    for (const auto& repository : stored.repositories()) {
        read(repository, project.version, project.repositories[repository.id()]);
    }
    for (const auto& server : stored.servers()) COLLAB_DO(project.apply(server));
    return ok();
}

}  // namespace collab::projects
