// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/live_projects.h"

#include <algorithm>

#include "areas/projects/journal.h"
#include "areas/projects/project_snapshot.h"
#include "areas/projects/transfer.h"
#include "base/log.h"

namespace collab::projects {
namespace {

constexpr Duration kPruneEvery = std::chrono::seconds(1);

WallTime oldest_kept(WallTime now, const rpc::Settings& settings) {
    const Duration lifetime = 2 * settings.reconnect_timeout + settings.cleanup_timeout;
    return now - std::chrono::ceil<std::chrono::milliseconds>(lifetime);
}

// For who may have everything, and lacks what has gone since.
Known knows_all_from_the_start(const SharedProject& project) {
    Known known;
    for (const auto& [id, worktree] : project.worktrees) known.worktrees[id] = 0;
    for (const auto& [id, repository] : project.repositories) known.repositories[id] = 0;
    return known;
}

}  // namespace

LiveProjects& LiveProjects::of(rpc::Live& live) {
    auto& projects = live.state<LiveProjects>();
    if (std::exchange(projects.live_, &live) == nullptr) {
        live.index.observe([&projects, &live](RoomId id, const std::vector<ProjectId>& gone) {
            for (const auto project : gone) projects.drop(project);
            const auto* room = live.index.room(id);
            if (room == nullptr) return;
            for (const auto& project : room->projects) {
                projects.note_host(project);
                projects.note_banned(project.id);
            }
        });
    }
    return projects;
}

SharedProject* LiveProjects::find(ProjectId project) {
    const auto found = slots_.find(project);
    return found == slots_.end() ? nullptr : found->second->project.get();
}

void LiveProjects::create(ProjectId project, const MetadataList& worktrees) {
    auto slot = std::make_shared<Slot>();
    slot->project = std::make_unique<SharedProject>(project);
    slot->project->set_worktrees(worktrees);
    slots_[project] = std::move(slot);
}

void LiveProjects::set_worktrees(ProjectId project, const MetadataList& worktrees) {
    const auto found = slots_.find(project);
    if (found == slots_.end()) return;  // whoever loads it reads the rows
    if (found->second->project) return found->second->project->set_worktrees(worktrees);
    found->second->renamed = worktrees;
}

void LiveProjects::host_was(ProjectId project, PeerId host) {
    const auto* known = live_->index.project(project);
    if (known != nullptr && known->host != host) renew(project);
}

void LiveProjects::note_host(const rpc::ProjectState& project) {
    const auto found = slots_.find(project.id);
    if (found == slots_.end()) return;
    const bool elsewhere = project.host.server != live_->hub.server();
    if (!elsewhere && found->second->hosted_elsewhere) return renew(project.id);
    found->second->hosted_elsewhere = elsewhere;
}

void LiveProjects::renew(ProjectId id) {
    const auto found = slots_.find(id);
    if (found == slots_.end()) return;
    std::vector<PeerId> peers;
    for (const auto& [peer, transfer] : found->second->transfers) peers.push_back(peer);
    auto waiting = std::exchange(found->second->waiting, {});
    drop(id);
    for (auto& next : waiting) load(id, std::move(next));
    for (const auto peer : peers) {
        load(id, [this, id, peer](const Result<SharedProject*>& loaded) {
            auto* session = live_->hub.session(peer);
            if (!loaded.ok() || session == nullptr || !live_->index.is_collaborator(id, peer)) {
                return;
            }
            Transfer::start(*live_, **loaded, *session, knows_all_from_the_start(**loaded), {});
        });
    }
}

void LiveProjects::load(ProjectId project, Next next) {
    if (live_->index.project(project) == nullptr) {
        return next(Error{ErrorCode::not_found, "no such project"});
    }
    auto& slot = slots_[project];
    if (slot && slot->project) return next(slot->project.get());
    const bool first = slot == nullptr;
    if (first) {
        slot = std::make_shared<Slot>();
        slot->hosted_elsewhere = live_->index.project(project)->host.server != live_->hub.server();
    }
    if (slot->waiting.size() >= kMaxWaiting) {
        return next(Error{ErrorCode::too_many, "too many requests wait for this project"});
    }
    slot->waiting.push_back(std::move(next));
    if (first) start_loading(project, slot);
}

void LiveProjects::start_loading(ProjectId id, const SlotPtr& slot) {
    auto loaded = std::make_shared<LoadedProject>();
    live_->reader.submit(
        {nullptr,
         [id, loaded](rpc::Call& call) -> Status {
             COLLAB_TRY(*loaded, load_project(call.tx, id, call.now, call.settings.limits));
             // Whoever was in it when it left memory may come back only now.
             loaded->project->renew_deletions(call.now);
             return ok();
         },
         [this, id, slot, loaded](Status status, rpc::Outbox) {
             const auto waiting = std::move(slot->waiting);
             slot->waiting.clear();
             const auto found = slots_.find(id);
             if (found == slots_.end() || found->second != slot) {
                 status = Error{ErrorCode::not_found, "no such project"};
             } else if (!status.ok()) {
                 log(LogLevel::error, "cannot load project " + std::to_string(id.value) + ": " +
                                          status.error().message);
                 slots_.erase(found);
             } else {
                 slot->project = std::move(loaded->project);
                 slot->journal_bytes = loaded->journal_bytes;
                 slot->fold_from = std::max(kFoldFrom, 2 * loaded->snapshot_bytes);
                 if (const auto renamed = std::exchange(slot->renamed, {})) {
                     slot->project->set_worktrees(*renamed);
                 }
             }
             for (const auto& next : waiting) {
                 // One of those before may have ended the project.
                 if (status.ok() && slot->project) {
                     next(slot->project.get());
                 } else {
                     next(status.ok() ? Error{ErrorCode::not_found, "no such project"}
                                      : status.error());
                 }
             }
         }});
}

void LiveProjects::append(ProjectId project, Append append) {
    const auto found = slots_.find(project);
    if (found == slots_.end()) return;
    const auto slot = found->second;
    slot->journal_bytes += append.frame->size();
    auto work = [project, tag = append.tag, frame = append.frame,
                 more = std::move(append.more)](rpc::Call& call) -> Status {
        COLLAB_DO(append_to_journal(call.tx, project, tag, *frame));
        return more ? more(call) : ok();
    };
    const std::size_t bytes = append.frame->size();
    const PeerId peer = append.caller->peer;
    auto* const sender = live_->hub.session(peer);
    const bool counted = sender != nullptr && sender->begin_waiting(bytes);
    auto done = [this, peer, counted, bytes, done = std::move(append.done)](Status status,
                                                                            rpc::Outbox) {
        auto* const from = counted ? live_->hub.session(peer) : nullptr;
        if (from != nullptr) from->end_waiting(bytes);
        if (done) done(std::move(status));
    };
    live_->writer.submit({db::Durability::crash, std::move(append.caller), nullptr, std::move(work),
                          std::move(done)});
    prune(*slot);
    fold_when_due(project, slot);
}

bool LiveProjects::has_room(ProjectId project, std::size_t bytes) const {
    const auto found = slots_.find(project);
    if (found == slots_.end()) return true;
    return found->second->journal_bytes + bytes <= live_->settings->limits.project_journal;
}

// What a running transfer may still have to report stays.
void LiveProjects::prune(Slot& slot) {
    const auto now = live_->executor.clock().now();
    if (slot.pruned_at && now - *slot.pruned_at < kPruneEvery) return;
    slot.pruned_at = now;
    std::erase_if(slot.transfers, [&](const auto& each) {
        const PeerId peer = each.first;
        return live_->hub.session(peer) == nullptr ||
               !live_->index.is_collaborator(slot.project->id, peer);
    });
    if (!slot.transfers.empty()) return;
    slot.project->prune(oldest_kept(live_->executor.clock().wall_now(), live_->settings.get()));
}

void LiveProjects::note_banned(ProjectId id) {
    const auto found = slots_.find(id);
    if (found == slots_.end() || !found->second->project) return;
    auto& slot = *found->second;
    for (const auto& each : live_->index.project(id)->collaborators) {
        if (!each.may_read) {
            slot.banned.insert(each.peer);
            slot.transfers.erase(each.peer);
        } else if (slot.banned.erase(each.peer) != 0) {
            auto* session = live_->hub.session(each.peer);
            if (session == nullptr) continue;
            Transfer::start(*live_, *slot.project, *session,
                            knows_all_from_the_start(*slot.project), {});
        }
    }
}

// Loads what is stored, writes it as one blob; the loop only looks on.
void LiveProjects::fold_when_due(ProjectId id, const SlotPtr& slot) {
    if (slot->folding || slot->journal_bytes <= slot->fold_from) return;
    slot->folding = true;
    auto loaded = std::make_shared<LoadedProject>();
    auto snapshot = std::make_shared<std::string>();
    live_->reader.submit(
        {nullptr,
         [id, loaded, snapshot](rpc::Call& call) -> Status {
             COLLAB_TRY(*loaded, load_project(call.tx, id, call.now, call.settings.limits));
             loaded->project->prune(oldest_kept(call.now, call.settings));
             COLLAB_TRY(*snapshot, make_snapshot(*loaded->project));
             loaded->project.reset();
             return ok();
         },
         [this, id, slot, loaded, snapshot](Status status, rpc::Outbox) {
             if (status.ok()) {
                 return store(id, slot, loaded->through_seq, loaded->journal_bytes, snapshot);
             }
             slot->folding = false;
             slot->fold_from = 2 * slot->journal_bytes;
             log(LogLevel::warning, "cannot fold the journal of project " +
                                        std::to_string(id.value) + ": " + status.error().message);
         }});
}

void LiveProjects::store(ProjectId id, const SlotPtr& slot, std::int64_t through_seq,
                         std::size_t journal_bytes, std::shared_ptr<const std::string> snapshot) {
    live_->writer.submit(
        {db::Durability::crash, nullptr, nullptr,
         [id, through_seq, snapshot](rpc::Call& call) {
             return store_snapshot(call.tx, id, through_seq, *snapshot);
         },
         [slot, journal_bytes, snapshot](const Status& status, const rpc::Outbox&) {
             slot->folding = false;
             if (!status.ok()) return;
             slot->journal_bytes -= std::min(journal_bytes, slot->journal_bytes);
             slot->fold_from = std::max(kFoldFrom, 2 * snapshot->size());
         }});
}

void LiveProjects::drop(ProjectId project) {
    const auto found = slots_.find(project);
    if (found == slots_.end()) return;
    const auto slot = found->second;
    slots_.erase(found);
    slot->project.reset();
}

void LiveProjects::begin_transfer(ProjectId project, PeerId peer,
                                  std::shared_ptr<Transfer> transfer) {
    const auto found = slots_.find(project);
    if (found != slots_.end()) found->second->transfers[peer] = std::move(transfer);
}

void LiveProjects::end_transfer(ProjectId project, PeerId peer) {
    const auto found = slots_.find(project);
    if (found != slots_.end()) found->second->transfers.erase(peer);
}

Transfer* LiveProjects::transfer_to(ProjectId project, PeerId peer) const {
    const auto found = slots_.find(project);
    if (found == slots_.end()) return nullptr;
    const auto transfer = found->second->transfers.find(peer);
    return transfer == found->second->transfers.end() ? nullptr : transfer->second.get();
}

}  // namespace collab::projects
