// SPDX-License-Identifier: Apache-2.0
#pragma once

// The shared projects that are in memory, and who is still being given one. A project comes here
// when it is shared or, after a restart, when somebody asks for it; it goes when the index says
// that it is gone. Thread: loop.

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "areas/projects/shared_project.h"
#include "rpc/live.h"

namespace collab::projects {

class Transfer;

class LiveProjects {
public:
    // More requests than this do not wait for one project to be loaded (decisions 32).
    static constexpr std::size_t kMaxWaiting = 1000;

    static LiveProjects& of(rpc::Live& live);

    // Null while it is not in memory. Valid until control returns to the loop.
    SharedProject* find(ProjectId project);

    // ShareProject has been committed.
    void create(ProjectId project, const MetadataList& worktrees);
    // UpdateProject, or a reshare, has been committed: now or once the project is loaded.
    void set_worktrees(ProjectId project, const MetadataList& worktrees);

    // The rows named `host` as the host of the project until now. Another one than the index knows
    // was on another server, where the project went on: what is in memory is old, and is read anew
    // when somebody asks for it.
    void host_was(ProjectId project, PeerId host);

    // Calls `next` with the project, at once when it is in memory, else after it was loaded.
    // Errors: unavailable or internal when it cannot be loaded, too_many waiters, not_found.
    using Next = std::function<void(Result<SharedProject*>)>;
    void load(ProjectId project, Next next);

    // Appends a message that was applied; `more` runs in the same transaction. `done` runs after
    // the commit; it may be empty.
    struct Append {
        std::shared_ptr<const rpc::Caller> caller;
        std::uint32_t tag = 0;
        wire::Body frame;
        std::function<Status(rpc::Call&)> more;
        std::function<void(Status)> done;
    };
    void append(ProjectId project, Append append);
    // Whether the journal may grow by this much (limits.project_journal).
    bool has_room(ProjectId project, std::size_t bytes) const;

    // A transfer to `peer` begins: what it brings is not relayed to that peer until it ends.
    void begin_transfer(ProjectId project, PeerId peer, std::shared_ptr<Transfer> transfer);
    void end_transfer(ProjectId project, PeerId peer);
    // Null when nothing is on its way to that peer.
    Transfer* transfer_to(ProjectId project, PeerId peer) const;

private:
    // The smallest journal that is worth folding, in bytes (decisions 32).
    static constexpr std::size_t kFoldFrom = std::size_t{1} << 20;

    struct Slot {
        std::unique_ptr<SharedProject> project;  // null while it is loaded
        std::vector<Next> waiting;
        std::optional<MetadataList> renamed;  // the newest list that came while it is loaded
        std::unordered_map<PeerId, std::shared_ptr<Transfer>> transfers;
        std::unordered_set<PeerId> banned;  // guests who hear nothing for the time being
        std::size_t journal_bytes = 0;
        std::size_t fold_from = kFoldFrom;  // bytes of journal
        bool folding = false;
        std::optional<MonotonicTime> pruned_at;
        bool hosted_elsewhere = false;  // its host is or was at another server; it goes on there
    };
    using SlotPtr = std::shared_ptr<Slot>;

    void start_loading(ProjectId project, const SlotPtr& slot);
    void fold_when_due(ProjectId project, const SlotPtr& slot);
    void store(ProjectId project, const SlotPtr& slot, std::int64_t through_seq,
               std::size_t journal_bytes, std::shared_ptr<const std::string> snapshot);
    void drop(ProjectId project);
    void prune(Slot& slot);
    // Who may read again gets all of the state that he may have missed.
    void note_banned(ProjectId project);
    // What is in memory is old once its host comes from another server.
    void note_host(const rpc::ProjectState& project);
    // Reads the project anew, and gives all of it to those who were being given it.
    void renew(ProjectId project);

    rpc::Live* live_ = nullptr;
    std::unordered_map<ProjectId, SlotPtr> slots_;
};

}  // namespace collab::projects
