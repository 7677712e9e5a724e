// SPDX-License-Identifier: Apache-2.0
#pragma once

// One connection as the server sees it: who is on it, what waits to be sent to it, which requests
// it still owes an answer, and what of it has not taken effect yet. Thread: loop.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/executor.h"
#include "rpc/call.h"
#include "rpc/index.h"
#include "rpc/task.h"
#include "wire/frame.h"

namespace collab::rpc {

// Why a connection is closed when it has or owes too much; clients come back later.
inline constexpr std::uint16_t kTryAgainLater = 1013;

class Session;

// The socket below a session; outlives it.
class Transport {
public:
    virtual ~Transport() = default;
    // Session::next_frame() has something.
    virtual void wake() = 0;
    // Closes after what is queued has been sent.
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

// Produces messages only as fast as the receiver takes them: the transfer of a project to a joiner.
class FrameSource {
public:
    virtual ~FrameSource() = default;
    // Called when the queue is empty: sends at least one message, or returns false when all is
    // sent.
    virtual bool produce(Session& session) = 0;
};

// An answer as it came from the peer.
struct Answer {
    std::uint32_t tag = 0;
    std::string payload;
    wire::Body body;  // as it may be relayed
};

// A request on its way at a peer, kept at that peer's session under the id that it has there.
struct Pending {
    PeerId requester;
    std::uint32_t request_id = 0;  // at the requester
    std::optional<Later<Result<Answer>>>
        own;            // set: a conversation waits; else the answer is relayed
    ProjectId project;  // relayed: this right on it is needed to the end
    Right need = Right::read;
    std::uint32_t answers[2] = {0, 0};  // tags that may answer it, beside Error
    bool stream = false;                // any number of answers, then EndStream or Error
    bool background = false;
    bool refusable = true;  // when too many are in flight (decisions 5)
    bool counted = false;   // among those in flight of its requester; set by PendingRequests
};

// A message from the client that may have to wait. Views live as long as `owned` or, when that is
// empty, as the call that handed it over.
struct Incoming {
    std::uint32_t id = 0;
    std::uint32_t tag = 0;
    wire::Bytes payload;
    wire::Bytes frame;
    bool relayable = false;
    mutable wire::Body body_cache;
    std::string owned;

    // The message as whole zstd frames to which a tail may be appended; made at most once.
    const wire::Body& body() const;
    // A copy that owns its bytes.
    Incoming keep() const;
};

class Session {
public:
    Session(std::shared_ptr<const Caller> caller, Transport& transport, const Clock& clock,
            const Limits& limits);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    const Caller& caller() const { return *caller_; }
    const std::shared_ptr<const Caller>& shared_caller() const { return caller_; }
    PeerId peer() const { return caller_->peer; }

    // Each takes the next id of this connection and queues; never blocks, never fails: over the
    // limits the connection is closed with 1013. One frame that alone is longer than the queue may
    // be does not count.
    void send(std::uint32_t tag, const wire::Body& body);
    std::uint32_t forward(std::uint32_t tag, const wire::Body& body, PeerId sender);
    std::uint32_t request(std::uint32_t tag, const wire::Body& body);
    void respond(const wire::Body& body, std::uint32_t request_id);
    void respond_error(const Error& error, std::uint32_t request_id);
    template <class M>
    void send(const M& message) {
        send(wire::tag_of<M>(), wire::encode(wire::tag_of<M>(), message));
    }
    template <class M>
    void respond(const M& message, std::uint32_t request_id) {
        respond(wire::encode(wire::tag_of<M>(), message), request_id);
    }

    void add_source(std::shared_ptr<FrameSource> source);

    // For the transport: the next message in order, or nothing. Asks the sources when the queue
    // is empty.
    std::optional<wire::Frame> next_frame();

    void close(std::uint16_t code, std::string_view reason);
    bool closing() const { return closing_; }
    // Closes when the oldest frame has waited for too long. Called a few times a second.
    void check_age();
    std::size_t queued_bytes() const { return queued_bytes_; }

    // Counts a message of so many bytes that waits for an earlier one, or for the database. False:
    // too much waits already, and the connection is closed with 1013. One message that alone is
    // longer may wait: it is within the limit of messages.
    bool begin_waiting(std::size_t bytes);
    void end_waiting(std::size_t bytes);

    // --- requests of others that this peer owes an answer, by our id
    std::unordered_map<std::uint32_t, Pending> pendings;
    // --- peers where requests of this session are pending
    std::unordered_set<PeerId> asked;
    std::size_t foreground_in_flight = 0;
    std::size_t background_in_flight = 0;
    std::size_t unrefusable_in_flight = 0;

    // --- what has not taken effect yet (HACKING.md, "order"); see Router
    struct Order {
        std::uint64_t next_number = 1;
        std::multiset<std::uint64_t> unfinished;  // numbers of messages without effect so far
        std::uint64_t starting = 0;               // a held message that starts just now, or 0
        std::size_t holding = 0;                  // of these, that hold room and project messages
        std::size_t writing = 0;                  // of these, that the writer has or will have
        std::size_t waiting_bytes = 0;            // begin_waiting() less end_waiting()
        std::set<std::uint64_t> preparing;        // of these, that nothing may overtake just now
        std::vector<std::pair<std::uint64_t, std::uint32_t>> pings;  // number, request id
        std::deque<std::pair<std::uint64_t, Incoming>> held;
    };
    Order& order() {
        if (!order_) order_ = std::make_unique<Order>();
        return *order_;
    }
    bool has_order() const { return order_ != nullptr; }

    // Counts a request of a kind of which `burst` may come at once, and one more after each
    // `pause`. False: it is one too many.
    bool admit(std::uint32_t tag, std::uint32_t burst, Duration pause);

private:
    struct Queued {
        wire::Body body;
        wire::Tail tail;
        MonotonicTime since;
    };
    // What a queued message takes; short ones are more than their bytes.
    static std::size_t cost(const wire::Body& body) { return body->size() + sizeof(Queued); }
    void enqueue(std::uint32_t tag, const wire::Body& body, wire::Tail tail);
    void leaves_queue(std::size_t size);
    void forget_sent();

    std::shared_ptr<const Caller> caller_;
    Transport& transport_;
    const Clock& clock_;
    const Limits& limits_;
    std::uint32_t next_id_ = 0;
    bool closing_ = false;
    // Sent up to head_; compacted as it empties, and when more of it is sent than waits. A vector,
    // because an idle deque costs half a KiB.
    std::vector<Queued> queue_;
    std::size_t head_ = 0;
    std::size_t queued_bytes_ = 0;
    // Of these, one frame longer than the whole queue may be: it is allowed beside all others, or
    // no message of 8 to 16 MiB would reach anybody.
    std::size_t long_frame_ = 0;
    std::optional<std::size_t> room_update_;  // where in queue_ an unsent RoomUpdated stands
    std::vector<std::shared_ptr<FrameSource>> sources_;
    std::unique_ptr<Order> order_;
    // Until when the requests of a tag that came so far use up their rate.
    std::vector<std::pair<std::uint32_t, MonotonicTime>> used_until_;
};

}  // namespace collab::rpc
