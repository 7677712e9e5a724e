// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/transfer.h"

#include "areas/projects/project_messages.h"

namespace collab::projects {
namespace {

// Messages about language servers that wait for one peer; the oldest give way.
constexpr std::size_t kMaxLate = 4096;
constexpr std::size_t kMaxLateBytes = std::size_t{8} << 20;

}  // namespace

Transfer::Transfer(rpc::Live& live, const SharedProject& project, PeerId peer, Known known,
                   std::vector<std::uint64_t> servers)
    : live_(live),
      id_(project.id),
      peer_(peer),
      known_(std::move(known)),
      servers_(std::move(servers)) {
    for (const auto& [id, worktree] : project.worktrees) removals_[id].through = project.version;
    for (const auto& [id, scan] : known_.repositories) told_.insert(id);
    plan(project);
}

Transfer::~Transfer() = default;

void Transfer::start(rpc::Live& live, const SharedProject& project, rpc::Session& session,
                     Known known, std::vector<std::uint64_t> servers) {
    auto transfer = std::make_shared<Transfer>(live, project, session.peer(), std::move(known),
                                               std::move(servers));
    LiveProjects::of(live).begin_transfer(project.id, session.peer(), transfer);
    session.add_source(std::move(transfer));
}

void Transfer::forward_later(std::uint32_t tag, const wire::Body& body, PeerId sender) {
    late_.push_back({tag, body, sender});
    late_bytes_ += body->size();
    while (late_.size() > 1 && (late_.size() > kMaxLate || late_bytes_ > kMaxLateBytes)) {
        late_bytes_ -= late_.front().body->size();
        late_.pop_front();
    }
}

// Null when there is nothing to do any more: the project, the peer's place in it or his right to
// read is gone, or a later transfer to this peer took over.
SharedProject* Transfer::project() {
    auto& projects = LiveProjects::of(live_);
    if (projects.transfer_to(id_, peer_) != this) return nullptr;
    if (!live_.index.is_collaborator(id_, peer_)) return nullptr;
    if (live_.index.right(id_, peer_) == rpc::Right::none) return nullptr;
    return projects.find(id_);
}

void Transfer::plan(const SharedProject& project) {
    until_ = project.version;
    for (const auto& [id, worktree] : project.worktrees) {
        if (!first_pass_ && worktree.changed <= from_) continue;
        steps_.push_back({Kind::entries, id});
        steps_.push_back({Kind::diagnostics, id});
        steps_.push_back({Kind::settings, id});
    }
    for (const auto& [id, repository] : project.repositories) {
        const auto known = known_.repositories.find(id);
        if (first_pass_ && known != known_.repositories.end() && !repository.removed &&
            repository.scan_id <= known->second) {
            continue;
        }
        if (repository.changed > from_) steps_.push_back({Kind::repository, id});
    }
    if (first_pass_ && !servers_.empty()) steps_.push_back({Kind::servers});
}

// For who comes back: what the host has scanned since, in place of everything.
void Transfer::plan_known(const Worktree& worktree, std::uint64_t known_scan) {
    for (const auto& chunk : worktree.entries.chunks()) {
        for (const auto& item : chunk.items) {
            if (item.scan_id > known_scan) listed_.push_back(item.id);
        }
    }
    auto& removals = removals_[worktree.metadata.id()];
    removals.through = until_;
    for (const auto& [id, tombstone] : worktree.tombstones) {
        if (tombstone.scan_id > known_scan && tombstone.changed <= until_) {
            removals.waiting.push_back(id);
        }
    }
}

bool Transfer::produce(rpc::Session& session) {
    while (true) {
        auto* now = project();
        if (now == nullptr) return false;
        while (!steps_.empty()) {
            if (step(*now, session)) return true;
            steps_.pop_front();
            begun_ = by_list_ = final_sent_ = false;
            chunk_ = 0;
            listed_.clear();
            diagnostic_.reset();
            settings_.reset();
            status_.reset();
        }
        if (first_pass_) {
            for (const auto& [id, scan] : known_.repositories) {
                const auto found = now->repositories.find(id);
                if (found != now->repositories.end() && !found->second.removed) continue;
                told_.erase(id);
                session.send(remove_repository_message(id_, id));
            }
        }
        if (now->version == until_) {
            finish(session);
            return false;
        }
        from_ = until_;
        first_pass_ = false;
        plan(*now);
    }
}

void Transfer::finish(rpc::Session& session) {
    for (const auto& late : late_) session.forward(late.tag, late.body, late.sender);
    late_.clear();
    LiveProjects::of(live_).end_transfer(id_, peer_);
}

bool Transfer::step(SharedProject& project, rpc::Session& session) {
    const auto [kind, id] = steps_.front();
    if (kind == Kind::servers) return send_server(project, session);
    if (kind == Kind::repository) {
        const auto found = project.repositories.find(id);
        return found != project.repositories.end() && send_repository(found->second, session);
    }
    const auto* worktree = project.find_worktree(id);
    if (worktree == nullptr) return false;
    switch (kind) {
        case Kind::entries:
            return send_entries(project, *worktree, session);
        case Kind::diagnostics:
            return send_diagnostics(*worktree, session);
        default:
            return send_settings(*worktree, session);
    }
}

bool Transfer::send_entries(const SharedProject& project, const Worktree& worktree,
                            rpc::Session& session) {
    if (final_sent_) return false;
    if (!std::exchange(begun_, true) && first_pass_) {
        const auto known = known_.worktrees.find(worktree.metadata.id());
        by_list_ = known != known_.worktrees.end();
        if (by_list_) plan_known(worktree, known->second);
    }
    const auto removed = next_removals(worktree);
    const auto entries = next_entries(worktree);
    auto& removals = removals_[worktree.metadata.id()];
    final_sent_ = removals.waiting.empty() && !more_entries(worktree);
    // Who is told that this was the last of a scan names the scan when he comes back, and is not
    // given what it had again. What changed during this pass comes with the next one.
    const bool whole = final_sent_ && worktree.changed <= until_;
    std::string fields = worktree.header(project.id, whole);
    for (const auto entry : removed) wire::put_varint_field(fields, kRemovedEntries, entry);
    const auto tag = wire::tag_of<proto::UpdateWorktree>();
    auto body = wire::encode(tag, wire::as_bytes(fields));
    // Decoders read frame after frame and protobuf merges the two halves of the message.
    if (entries) body = std::make_shared<const std::string>(*entries + *body);
    session.send(tag, body);
    return true;
}

bool Transfer::more_entries(const Worktree& worktree) {
    if (by_list_) return !listed_.empty();
    const auto& chunks = worktree.entries.chunks();
    while (chunk_ < chunks.size() && chunks[chunk_].changed <= from_) ++chunk_;
    return chunk_ < chunks.size();
}

// The next chunk that is news, or null.
wire::Body Transfer::next_entries(const Worktree& worktree) {
    if (!more_entries(worktree)) return nullptr;
    if (!by_list_) return worktree.entries.body(chunk_++);
    std::string fields;
    for (std::size_t count = 0; count < kChunkEntries && !listed_.empty(); listed_.pop_front()) {
        const auto entry = worktree.entries.find(listed_.front());
        if (!entry) continue;
        fields += *entry;
        ++count;
    }
    if (fields.empty()) return nullptr;
    return wire::encode(wire::tag_of<proto::UpdateWorktree>(), wire::as_bytes(fields));
}

std::vector<std::uint64_t> Transfer::next_removals(const Worktree& worktree) {
    auto& removals = removals_[worktree.metadata.id()];
    if (worktree.changed > removals.through) {
        for (const auto& [id, tombstone] : worktree.tombstones) {
            if (tombstone.changed > removals.through) removals.waiting.push_back(id);
        }
        removals.through = worktree.changed;
    }
    std::vector<std::uint64_t> next;
    while (!removals.waiting.empty() && next.size() < kChunkEntries) {
        if (!worktree.entries.contains(removals.waiting.front())) {
            next.push_back(removals.waiting.front());
        }
        removals.waiting.pop_front();
    }
    return next;
}

bool Transfer::send_diagnostics(const Worktree& worktree, rpc::Session& session) {
    const bool one_by_one = wants_single_summaries(session.caller());
    const std::size_t most = one_by_one ? 1 : kChunkEntries;
    std::vector<std::string_view> summaries;
    auto next =
        diagnostic_ ? worktree.diagnostics.upper_bound(*diagnostic_) : worktree.diagnostics.begin();
    for (; next != worktree.diagnostics.end() && summaries.size() < most; ++next) {
        diagnostic_ = next->first;
        if (next->second.changed > from_) summaries.push_back(next->second.summary);
    }
    if (summaries.empty()) return false;
    session.send(wire::tag_of<proto::UpdateDiagnosticSummary>(),
                 diagnostics_body(id_, worktree.metadata.id(), summaries));
    return true;
}

bool Transfer::send_settings(const Worktree& worktree, rpc::Session& session) {
    auto next = settings_ ? worktree.settings.upper_bound(*settings_) : worktree.settings.begin();
    for (; next != worktree.settings.end(); ++next) {
        const auto& file = next->second;
        // Who begins has nothing that could be taken away.
        if (file.changed <= from_ || (first_pass_ && file.deleted)) continue;
        settings_ = next->first;
        const auto tag = wire::tag_of<proto::UpdateWorktreeSettings>();
        session.send(tag, wire::encode(tag, wire::as_bytes(file.payload)));
        return true;
    }
    return false;
}

bool Transfer::knows_an_older(const Repository& repository) const {
    if (!first_pass_) return repository.born > from_ && told_.contains(repository.id);
    const auto known = known_.repositories.find(repository.id);
    return known != known_.repositories.end() && repository.born_scan_id > known->second;
}

bool Transfer::is_news(const Repository& repository, const FileStatus& status) const {
    if (!first_pass_) return status.changed > from_;
    const auto known = known_.repositories.find(repository.id);
    if (known == known_.repositories.end() || knows_an_older(repository)) return !status.removed();
    return status.scan_id > known->second;
}

bool Transfer::send_repository(const Repository& repository, rpc::Session& session) {
    if (final_sent_) return false;
    const auto tag = wire::tag_of<proto::UpdateRepository>();
    if (repository.removed) {
        final_sent_ = true;
        if (first_pass_ || !told_.contains(repository.id))
            return false;  // or at the end of the pass
        told_.erase(repository.id);
        session.send(remove_repository_message(id_, repository.id));
        return true;
    }
    if (!std::exchange(begun_, true) && knows_an_older(repository)) {
        session.send(remove_repository_message(id_, repository.id));
    }
    told_.insert(repository.id);
    std::vector<const FileStatus*> updated;
    std::vector<const std::string*> gone;
    auto next = status_ ? repository.statuses.upper_bound(*status_) : repository.statuses.begin();
    for (; next != repository.statuses.end(); ++next) {
        if (updated.size() == kChunkEntries || gone.size() == kChunkEntries) break;
        status_ = next->first;
        if (!is_news(repository, next->second)) continue;
        if (next->second.removed()) {
            gone.push_back(&next->first);
        } else {
            updated.push_back(&next->second);
        }
    }
    final_sent_ = updated.empty() && gone.empty();
    if (final_sent_ && repository.changed > until_) return false;  // the next pass ends it
    const std::string payload =
        final_sent_ ? repository.final_message(id_) : repository.message(id_, updated, gone);
    session.send(tag, wire::encode(tag, wire::as_bytes(payload)));
    return true;
}

bool Transfer::send_server(const SharedProject& project, rpc::Session& session) {
    while (!servers_.empty()) {
        const auto found = project.servers.find(servers_.front());
        servers_.erase(servers_.begin());
        if (found == project.servers.end()) continue;
        session.send(diagnostics_are_up_to_date(id_, found->second.server));
        return true;
    }
    return false;
}

}  // namespace collab::projects
