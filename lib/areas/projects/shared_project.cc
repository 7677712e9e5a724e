// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/shared_project.h"

#include <set>

#include "wire/frame.h"
#include "wire/message_types.h"

namespace collab::projects {
namespace {

const Error& no_such_worktree() {
    static const Error error{ErrorCode::invalid, "no such worktree in this project"};
    return error;
}

}  // namespace

Worktree* SharedProject::find_worktree(std::uint64_t worktree) {
    const auto found = worktrees.find(worktree);
    return found == worktrees.end() ? nullptr : &found->second;
}

std::size_t SharedProject::entry_count() const {
    std::size_t count = 0;
    for (const auto& [number, worktree] : worktrees) count += worktree.entries.size();
    return count;
}

void SharedProject::set_worktrees(const MetadataList& list) {
    ++version;
    std::set<std::uint64_t> listed;
    for (const auto& metadata : list) {
        listed.insert(metadata.id());
        worktrees[metadata.id()].rename(metadata, version);
    }
    std::erase_if(worktrees, [&](const auto& each) { return !listed.contains(each.first); });
}

Result<bool> SharedProject::apply(const proto::UpdateWorktree& update, wire::Bytes payload,
                                  WallTime now, const rpc::Limits& limits) {
    const auto most = static_cast<int>(kChunkEntries);
    if (update.updated_entries_size() > most || update.removed_entries_size() > most) {
        return Error{ErrorCode::invalid, "the update is too large: at most 256 entries"};
    }
    auto* worktree = find_worktree(update.worktree_id());
    if (worktree == nullptr) return no_such_worktree();
    std::size_t added = 0;
    for (const auto& entry : update.updated_entries()) {
        if (!worktree->entries.contains(entry.id())) ++added;
    }
    if (added > 0 && entry_count() + added > limits.project_entries) {
        return Error{
            ErrorCode::too_many, "the project has too many files", {"reason=project_entries"}};
    }
    return worktree->apply(update, payload, ++version, now);
}

Status SharedProject::apply(const proto::UpdateRepository& update, wire::Bytes payload,
                            WallTime now) {
    return repositories[update.id()].apply(update, payload, ++version, now);
}

void SharedProject::remove_repository(std::uint64_t repository, WallTime now) {
    const auto found = repositories.find(repository);
    if (found != repositories.end()) found->second.remove(++version, now);
}

Status SharedProject::apply(const proto::UpdateDiagnosticSummary& update) {
    if (!update.has_summary()) return Error{ErrorCode::invalid, "the summary is missing"};
    auto* worktree = find_worktree(update.worktree_id());
    if (worktree == nullptr) return no_such_worktree();
    worktree->apply(update, ++version);
    return ok();
}

Status SharedProject::apply(const proto::UpdateWorktreeSettings& update, wire::Bytes payload,
                            WallTime now) {
    auto* worktree = find_worktree(update.worktree_id());
    if (worktree == nullptr) return no_such_worktree();
    return worktree->apply(update, payload, ++version, now);
}

Status SharedProject::apply(const proto::StartLanguageServer& start) {
    if (!start.has_server()) return Error{ErrorCode::invalid, "the language server is missing"};
    servers[start.server().id()] = {start.server(), start.capabilities()};
    return ok();
}

void SharedProject::apply(const proto::UpdateLanguageServer& update) {
    const auto found = servers.find(update.language_server_id());
    if (found == servers.end()) return;
    if (update.has_removed()) {
        servers.erase(found);
    } else if (update.metadata_updated().has_capabilities()) {
        found->second.capabilities = update.metadata_updated().capabilities();
    }
}

Status SharedProject::replay(std::uint32_t tag, wire::Bytes payload, WallTime now,
                             const rpc::Limits& limits) {
    if (tag == wire::tag_of<proto::UpdateWorktree>()) {
        COLLAB_TRY(const auto update, wire::parse<proto::UpdateWorktree>(payload));
        if (find_worktree(update.worktree_id()) == nullptr) {
            worktrees[update.worktree_id()].metadata.set_id(update.worktree_id());
        }
        COLLAB_TRY([[maybe_unused]] const bool renamed, apply(update, payload, now, limits));
    } else if (tag == wire::tag_of<proto::UpdateRepository>()) {
        COLLAB_TRY(const auto update, wire::parse<proto::UpdateRepository>(payload));
        COLLAB_DO(apply(update, payload, now));
    } else if (tag == wire::tag_of<proto::RemoveRepository>()) {
        COLLAB_TRY(const auto update, wire::parse<proto::RemoveRepository>(payload));
        remove_repository(update.id(), now);
    } else if (tag == wire::tag_of<proto::UpdateDiagnosticSummary>()) {
        COLLAB_TRY(const auto update, wire::parse<proto::UpdateDiagnosticSummary>(payload));
        worktrees[update.worktree_id()].apply(update, ++version);
    } else if (tag == wire::tag_of<proto::UpdateWorktreeSettings>()) {
        COLLAB_TRY(const auto update, wire::parse<proto::UpdateWorktreeSettings>(payload));
        COLLAB_DO(worktrees[update.worktree_id()].apply(update, payload, ++version, now));
    } else if (tag == wire::tag_of<proto::StartLanguageServer>()) {
        COLLAB_TRY(const auto start, wire::parse<proto::StartLanguageServer>(payload));
        COLLAB_DO(apply(start));
    } else if (tag == wire::tag_of<proto::UpdateLanguageServer>()) {
        COLLAB_TRY(const auto update, wire::parse<proto::UpdateLanguageServer>(payload));
        apply(update);
    } else if (tag == wire::tag_of<proto::UpdateProject>()) {
        COLLAB_TRY(const auto update, wire::parse<proto::UpdateProject>(payload));
        set_worktrees(update.worktrees());
    }
    return ok();
}

void SharedProject::prune(WallTime before) {
    for (auto& [number, worktree] : worktrees) worktree.prune(before);
    for (auto& [number, repository] : repositories) repository.prune(before);
    std::erase_if(repositories, [&](const auto& each) {
        return each.second.removed && each.second.removed_at < before;
    });
}

void SharedProject::renew_deletions(WallTime now) {
    for (auto& [number, worktree] : worktrees) worktree.renew_deletions(now);
    for (auto& [number, repository] : repositories) repository.renew_deletions(now);
}

}  // namespace collab::projects
