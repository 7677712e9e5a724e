// SPDX-License-Identifier: Apache-2.0
#pragma once

// Gives one joiner, or one who comes back, the state of a project, message by message as its socket
// takes them. What the host streams meanwhile is not relayed to that peer: after each pass over the
// state the transfer goes over what has changed since, until the peer is level (decisions 33).
// Everything else about the project overtakes it. Thread: loop.

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "areas/projects/live_projects.h"

namespace collab::projects {

// What who comes back has already (spec 2, 4.2): newest complete scan by worktree and repository.
// Empty for a joiner.
struct Known {
    std::map<std::uint64_t, std::uint64_t> worktrees;
    std::map<std::uint64_t, std::uint64_t> repositories;
};

class Transfer final : public rpc::FrameSource {
public:
    // Begins with the state as it is now. `servers`: those that the response named, each of which
    // gets a "diagnostics are up to date" at the end; empty for who comes back. `live` must outlive
    // the transfer.
    Transfer(rpc::Live& live, const SharedProject& project, PeerId peer, Known known,
             std::vector<std::uint64_t> servers);
    ~Transfer() override;

    // Queues it at the session and keeps the project's stream from overtaking it.
    static void start(rpc::Live& live, const SharedProject& project, rpc::Session& session,
                      Known known, std::vector<std::uint64_t> servers);

    bool produce(rpc::Session& session) override;

    // A message about language servers, to be forwarded when the peer is level. The oldest are
    // dropped when there are too many.
    void forward_later(std::uint32_t tag, const wire::Body& body, PeerId sender);

private:
    enum class Kind { entries, diagnostics, settings, repository, servers };
    struct Step {
        Kind kind;
        std::uint64_t id = 0;  // of the worktree or repository
    };
    // What a peer has been told of deleted entries of a worktree, and what waits to be told.
    struct Removals {
        std::uint64_t through = 0;
        std::deque<std::uint64_t> waiting;
    };
    struct Late {
        std::uint32_t tag;
        wire::Body body;
        PeerId sender;
    };

    SharedProject* project();
    void plan(const SharedProject& project);
    void plan_known(const Worktree& worktree, std::uint64_t known_scan);
    // Each sends at most one message; false when its step has nothing (more) to send.
    bool step(SharedProject& project, rpc::Session& session);
    bool send_entries(const SharedProject& project, const Worktree& worktree,
                      rpc::Session& session);
    bool send_diagnostics(const Worktree& worktree, rpc::Session& session);
    bool send_settings(const Worktree& worktree, rpc::Session& session);
    bool send_repository(const Repository& repository, rpc::Session& session);
    bool send_server(const SharedProject& project, rpc::Session& session);
    wire::Body next_entries(const Worktree& worktree);
    bool more_entries(const Worktree& worktree);
    std::vector<std::uint64_t> next_removals(const Worktree& worktree);
    // The peer knows one with this id that was removed meanwhile.
    bool knows_an_older(const Repository& repository) const;
    bool is_news(const Repository& repository, const FileStatus& status) const;
    void finish(rpc::Session& session);

    rpc::Live& live_;
    const ProjectId id_;
    const PeerId peer_;
    const Known known_;
    std::vector<std::uint64_t> servers_;
    std::map<std::uint64_t, Removals> removals_;
    std::set<std::uint64_t> told_;  // repositories that the peer has heard of
    std::deque<Late> late_;
    std::size_t late_bytes_ = 0;

    bool first_pass_ = true;
    std::uint64_t from_ = 0;   // what has changed after this is news in this pass
    std::uint64_t until_ = 0;  // how far the state had come when this pass began
    std::deque<Step> steps_;
    // Where the step in front has come to.
    std::size_t chunk_ = 0;
    std::deque<std::uint64_t> listed_;  // entries by id, for who comes back
    bool by_list_ = false;
    bool begun_ = false;
    std::optional<std::pair<std::string, std::uint64_t>> diagnostic_;
    std::optional<std::pair<std::string, int>> settings_;
    std::optional<std::string> status_;
    bool final_sent_ = false;
};

}  // namespace collab::projects
