// SPDX-License-Identifier: Apache-2.0
#pragma once

// Requests on their way at a peer: who waits for which answer, with which right, and how many at
// once. Every one ends once: with its answer, with the loss of either side, or with the loss of the
// right to it. Thread: loop.

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "rpc/live.h"
#include "rpc/session.h"

namespace collab::rpc {

class PendingRequests {
public:
    // Edits of one connection that nobody has acknowledged; who has more sends faster than others
    // can take it, and is closed.
    static constexpr std::size_t kMaxUnacknowledged = 8'192;
    // Answers that one peer may owe; who owes more reads, but answers nothing, and is closed.
    static constexpr std::size_t kMaxOwed = 65'536;

    // `live` must outlive this.
    explicit PendingRequests(Live& live);
    PendingRequests(const PendingRequests&) = delete;
    PendingRequests& operator=(const PendingRequests&) = delete;

    // Sends a request of our own, or a forwarded one with `sender`, to `to`; see Pending for where
    // its answer goes. Errors: unavailable, not connected here; too_many in flight (decisions 5).
    Status ask(PeerId to, std::uint32_t tag, const wire::Body& body, std::optional<PeerId> sender,
               Pending pending);

    // An answer of `session` to the request with our `id`. False: it owes none.
    bool answer(Session& session, std::uint32_t id, const Incoming& answer);
    // Ends the request with an Error, if it is pending.
    void fail(Session& session, std::uint32_t id, const Error& error);
    // Fails what others wait for from this session.
    void fail_owed(Session& session);
    // Ends at `asked` what `requester`, who is gone, had asked for there.
    void forget(const std::unordered_set<PeerId>& asked, PeerId requester);

private:
    void relay(Session& host, std::uint32_t id, const Pending& pending, const Incoming& answer);
    void finish(Session& host, std::uint32_t id);
    // A role or a project changed: what nobody has a right to any more ends now, with one Error.
    void recheck(RoomId room, const std::vector<ProjectId>& gone);
    void recheck(ProjectId project);

    Live& live_;
    // How many answers each peer owes to relayed requests about a project; none is 0.
    std::unordered_map<ProjectId, std::unordered_map<PeerId, std::size_t>> owing_;
};

}  // namespace collab::rpc
