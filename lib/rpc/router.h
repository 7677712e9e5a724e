// SPDX-License-Identifier: Apache-2.0
#pragma once

// Takes every message of every connection to its row of the table, enforces the row, keeps the
// order that the protocol promises, and passes relayed messages on by itself, without SQL and
// without encoding anything again. Thread: loop.

#include <memory>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "rpc/live.h"
#include "rpc/pending_requests.h"
#include "rpc/route.h"
#include "rpc/session.h"
#include "wire/peek.h"

namespace collab::rpc {

// Counts of what was refused or dropped; nothing of it is answered more than once.
struct RouterCounters {
    std::uint64_t messages = 0;
    std::uint64_t malformed = 0;
    std::uint64_t unhandled = 0;
    std::uint64_t refused = 0;
    std::uint64_t stray_answers = 0;
};

class Router {
public:
    // `live` must outlive the router. Every tag may have one row.
    Router(Live& live, std::vector<Route> routes);
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    // The next PeerId of this server; connections count from 0 and never repeat.
    PeerId next_peer();

    // A message as it came. May close the session, never destroys it.
    void on_message(Session& session, wire::Bytes frame);
    // The connection is gone: fails what others wait for from it, forgets what it waits for, and
    // destroys the session. What the areas do about it comes from lib/server.
    void on_close(PeerId peer);

    // --- for LiveCall and Conversation

    // Sends `incoming` of `from` to `to` as a forwarded request; the answer is relayed to `from`.
    // Error unavailable: not connected here; too_many: too many in flight.
    Status relay_request(Session& from, const Incoming& incoming, PeerId to, Pending pending);
    PendingRequests& pendings() { return pendings_; }

    // What a connection asked for and has not taken effect yet. Pings behind it wait for its end,
    // what it holds does too, and who reads sees what it `writes`.
    struct Effect {
        std::uint64_t number = 0;
        Holds holds = Holds::nothing;
        bool writes = false;
    };
    Effect begin_effect(Session& session, Holds holds, bool writes);
    // As with Holds::room, for what waits for something before the writer gets it, if ever: until
    // handed_over() or its end nothing about rooms and projects overtakes it.
    Effect prepare_effect(Session& session, bool writes);
    // Both nothing when the connection has gone.
    void handed_over(PeerId peer, const Effect& effect);
    void end_effect(PeerId peer, const Effect& effect);

    const Route* find(std::uint32_t tag) const;
    const std::vector<Route>& routes() const { return routes_; }
    // Takes over the size limit of the settings, which have changed.
    void settings_changed() { decoder_.set_limit(live_.settings->limits.message_decoded); }
    const RouterCounters& counters() const { return counters_; }
    Live& live() { return live_; }

private:
    void skip(Session& session, const wire::Head& head);
    void on_answer(Session& session, const wire::Peeked& peeked, wire::Bytes frame);
    void on_request(Session& session, Incoming incoming);
    void start(Session& session, const Route& route, const Incoming& incoming);
    Status dispatch(Session& session, const Route& route, const Incoming& incoming, Need need);
    Status submit(Session& session, const Route& route, const Incoming& incoming);
    Status relay(Session& session, const Route& route, const Incoming& incoming, Need need);
    // What the message needs, if the sender has it.
    Result<Need> check(const Session& session, const Route& route, wire::Bytes payload) const;
    void refuse(Session& session, const Route& route, const Incoming& incoming, const Error& error);
    void unhandled(Session& session, const Incoming& incoming);
    void release_held(Session& session);
    void answer_pings(Session& session);

    Live& live_;
    std::vector<Route> routes_;
    std::unordered_map<std::uint32_t, std::size_t> by_tag_;
    PendingRequests pendings_;
    wire::Decoder decoder_;
    std::uint32_t next_connection_ = 0;
    RouterCounters counters_;
    std::unordered_set<std::uint32_t> reported_;  // tags of refused broadcasts, logged once each
};

// What a live handler is given.
class LiveCall {
public:
    LiveCall(Router& router, Session& session, const Incoming& incoming)
        : router(router), session(session), incoming(incoming) {}

    Router& router;
    Session& session;
    const Incoming& incoming;

    Live& live() { return router.live(); }
    PeerId peer() const { return session.peer(); }

    template <class M>
    void reply(const M& message) {
        session.respond(message, incoming.id);
        replied_ = true;
    }
    void ack();
    // The handler will answer later, or another peer will: the router does not Ack.
    void answer_later() { replied_ = true; }
    bool replied() const { return replied_; }

    // Forwards the message as it came, one-way.
    void forward_to(const std::vector<PeerId>& peers);

private:
    bool replied_ = false;
};

}  // namespace collab::rpc
