// SPDX-License-Identifier: Apache-2.0
#include "rpc/pending_requests.h"

#include <utility>

#include "proto/core.pb.h"
#include "rpc/relay_rules.h"

namespace collab::rpc {
namespace {

bool is_answer(const Pending& pending, std::uint32_t tag) {
    return tag != 0 && (tag == pending.answers[0] || tag == pending.answers[1]);
}

std::size_t& in_flight(Session& session, const Pending& pending) {
    if (!pending.refusable) return session.unrefusable_in_flight;
    return pending.background ? session.background_in_flight : session.foreground_in_flight;
}

// The ids of those that `pick` picks: ending one changes the map.
template <class Pick>
std::vector<std::uint32_t> ids_of(const Session& session, Pick pick) {
    std::vector<std::uint32_t> ids;
    for (const auto& [id, pending] : session.pendings) {
        if (pick(pending)) ids.push_back(id);
    }
    return ids;
}

}  // namespace

PendingRequests::PendingRequests(Live& live) : live_(live) {
    live_.index.observe(
        [this](RoomId room, const std::vector<ProjectId>& gone) { recheck(room, gone); });
}

Status PendingRequests::ask(PeerId to, std::uint32_t tag, const wire::Body& body,
                            std::optional<PeerId> sender, Pending pending) {
    auto* peer = live_.hub.session(to);
    if (peer != nullptr && peer->pendings.size() >= kMaxOwed) {
        peer->close(kTryAgainLater, "owes too many answers");
    }
    if (peer == nullptr || peer->closing()) {
        return Error{
            ErrorCode::unavailable, "the other side is not connected", {"reason=not_connected"}};
    }
    auto* requester = live_.hub.session(pending.requester);
    pending.counted = sender && requester != nullptr;
    if (pending.counted) {
        auto& count = in_flight(*requester, pending);
        if (!pending.refusable && count >= kMaxUnacknowledged) {
            requester->close(kTryAgainLater, "sends faster than it is acknowledged");
            return Error{ErrorCode::too_many, "too many edits wait"};
        }
        if (pending.refusable && count >= live_.settings->limits.requests_in_flight) {
            return Error{ErrorCode::too_many,
                         "too many requests wait for somebody's answer",
                         {"reason=in_flight"}};
        }
        ++count;
    }
    if (requester != nullptr) requester->asked.insert(to);
    const auto id = sender ? peer->forward(tag, body, *sender) : peer->request(tag, body);
    if (!pending.own) ++owing_[pending.project][to];
    peer->pendings.emplace(id, std::move(pending));
    return ok();
}

bool PendingRequests::answer(Session& session, std::uint32_t id, const Incoming& answer) {
    const auto found = session.pendings.find(id);
    if (found == session.pendings.end()) return false;
    if (!found->second.own) {
        relay(session, id, found->second, answer);
        return true;
    }
    auto later = *found->second.own;
    finish(session, id);
    later.resolve(Answer{answer.tag, std::string(wire::as_text(answer.payload)), answer.body()});
    return true;
}

void PendingRequests::relay(Session& host, std::uint32_t id, const Pending& pending,
                            const Incoming& answer) {
    auto* guest = live_.hub.session(pending.requester);
    if (guest == nullptr) return finish(host, id);
    // The right to request_to_peer is the host's; it holds as long as the project does.
    if (live_.index.right(pending.project, pending.requester) < pending.need) {
        return fail(host, id, denied(pending.need == Right::write ? Need::write : Need::read));
    }
    const bool failed = answer.tag == wire::tag_of<proto::Error>();
    const bool end = pending.stream && answer.tag == wire::tag_of<proto::EndStream>();
    if (!failed && !end && !is_answer(pending, answer.tag)) {
        return fail(host, id, {ErrorCode::internal, "the host gave an answer of another type"});
    }
    guest->respond(answer.body(), pending.request_id);
    if (failed || end || !pending.stream) finish(host, id);
}

void PendingRequests::finish(Session& host, std::uint32_t id) {
    const auto found = host.pendings.find(id);
    if (found == host.pendings.end()) return;
    const auto& pending = found->second;
    auto* guest = live_.hub.session(pending.requester);
    if (guest != nullptr && pending.counted) --in_flight(*guest, pending);
    if (!pending.own) {
        const auto owing = owing_.find(pending.project);
        const auto owed = owing->second.find(host.peer());
        if (--owed->second == 0) owing->second.erase(owed);
        if (owing->second.empty()) owing_.erase(owing);
    }
    host.pendings.erase(found);
}

void PendingRequests::fail(Session& session, std::uint32_t id, const Error& error) {
    const auto found = session.pendings.find(id);
    if (found == session.pendings.end()) return;
    auto own = found->second.own;
    const auto requester = found->second.requester;
    const auto request_id = found->second.request_id;
    finish(session, id);
    if (own) return own->resolve(error);
    if (auto* guest = live_.hub.session(requester)) guest->respond_error(error, request_id);
}

void PendingRequests::fail_owed(Session& session) {
    while (!session.pendings.empty()) {
        fail(session, session.pendings.begin()->first,
             {ErrorCode::unavailable, "the other side has disconnected", {"reason=not_connected"}});
    }
}

void PendingRequests::forget(const std::unordered_set<PeerId>& asked, PeerId requester) {
    for (const auto peer : asked) {
        auto* host = live_.hub.session(peer);
        if (host == nullptr) continue;
        const auto orphans =
            ids_of(*host, [&](const Pending& pending) { return pending.requester == requester; });
        for (const auto id : orphans) {
            fail(*host, id, {ErrorCode::unavailable, "the connection is closed"});
        }
    }
}

void PendingRequests::recheck(RoomId id, const std::vector<ProjectId>& gone) {
    if (owing_.empty()) return;
    for (const auto project : gone) recheck(project);
    const auto* room = live_.index.room(id);
    if (room == nullptr) return;
    for (const auto& project : room->projects) recheck(project.id);
}

void PendingRequests::recheck(ProjectId project) {
    const auto owing = owing_.find(project);
    if (owing == owing_.end()) return;
    std::vector<PeerId> peers;
    for (const auto& [peer, count] : owing->second) peers.push_back(peer);
    for (const auto peer : peers) {
        auto* host = live_.hub.session(peer);
        if (host == nullptr) continue;
        const auto lost = ids_of(*host, [&](const Pending& pending) {
            return !pending.own && pending.project == project &&
                   live_.index.right(project, pending.requester) < pending.need;
        });
        for (const auto each : lost) {
            const auto right = live_.index.right(project, host->pendings.at(each).requester);
            const Error gone{ErrorCode::unavailable, "the project is not shared with you any more"};
            fail(*host, each, right == Right::none ? gone : denied(Need::write));
        }
    }
}

}  // namespace collab::rpc
