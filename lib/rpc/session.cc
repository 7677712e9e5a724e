// SPDX-License-Identifier: Apache-2.0
#include "rpc/session.h"

#include <algorithm>

#include "proto/core.pb.h"
#include "proto/rooms.pb.h"
#include "rpc/error_reply.h"
#include "wire/message_types.h"

namespace collab::rpc {
namespace {

// A queue that grew in a burst gives its memory back when it has emptied.
constexpr std::size_t kKeepQueue = 64;
// What may wait of one connection's messages, and what one takes beside its bytes.
constexpr std::size_t kMaxWaitingBytes = std::size_t{64} << 20;
constexpr std::size_t kWaitingCost = 1024;

}  // namespace

const wire::Body& Incoming::body() const {
    if (!body_cache) {
        body_cache = relayable ? std::make_shared<const std::string>(wire::as_text(frame))
                               : wire::encode(tag, payload);
    }
    return body_cache;
}

Incoming Incoming::keep() const {
    Incoming copy;
    copy.id = id;
    copy.tag = tag;
    copy.relayable = relayable;
    if (relayable) copy.body_cache = body();
    copy.owned = wire::as_text(payload);
    copy.payload = wire::as_bytes(copy.owned);
    if (relayable) copy.frame = wire::as_bytes(*copy.body_cache);
    return copy;
}

Session::Session(std::shared_ptr<const Caller> caller, Transport& transport, const Clock& clock,
                 const Limits& limits)
    : caller_(std::move(caller)), transport_(transport), clock_(clock), limits_(limits) {}

Session::~Session() = default;

void Session::send(std::uint32_t tag, const wire::Body& body) {
    enqueue(tag, body, wire::Tail::message(next_id_));
}

std::uint32_t Session::forward(std::uint32_t tag, const wire::Body& body, PeerId sender) {
    const std::uint32_t id = next_id_;
    enqueue(tag, body, wire::Tail::forwarded(id, sender));
    return id;
}

std::uint32_t Session::request(std::uint32_t tag, const wire::Body& body) {
    const std::uint32_t id = next_id_;
    enqueue(tag, body, wire::Tail::message(id));
    return id;
}

void Session::respond(const wire::Body& body, std::uint32_t request_id) {
    enqueue(0, body, wire::Tail::response(next_id_, request_id));
}

void Session::respond_error(const Error& error, std::uint32_t request_id) {
    respond(encode_error(error), request_id);
}

void Session::enqueue(std::uint32_t tag, const wire::Body& body, wire::Tail tail) {
    ++next_id_;
    if (closing_) return;
    if (tag == wire::tag_of<proto::RoomUpdated>()) {
        // Only the newest matters (decisions 13); the older one leaves a gap in the ids.
        if (room_update_ && *room_update_ >= head_ && queue_[*room_update_].body) {
            auto& older = queue_[*room_update_];
            leaves_queue(cost(older.body));
            older.body.reset();
        }
        room_update_ = queue_.size();
    }
    const std::size_t size = cost(body);
    queued_bytes_ += size;
    if (size > limits_.queue_bytes && long_frame_ == 0) long_frame_ = size;
    if (head_ >= kKeepQueue && 2 * head_ >= queue_.size()) forget_sent();
    queue_.push_back({body, tail, clock_.now()});
    if (queued_bytes_ - long_frame_ > limits_.queue_bytes) {
        return close(kTryAgainLater, "too slow");
    }
    transport_.wake();
}

// A connection that is never quite idle keeps no more than it has waiting.
void Session::forget_sent() {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head_));
    if (room_update_ && *room_update_ < head_) room_update_.reset();
    if (room_update_) *room_update_ -= head_;
    head_ = 0;
}

void Session::leaves_queue(std::size_t size) {
    queued_bytes_ -= size;
    if (size == long_frame_) long_frame_ = 0;
}

void Session::add_source(std::shared_ptr<FrameSource> source) {
    if (closing_) return;
    sources_.push_back(std::move(source));
    transport_.wake();
}

bool Session::admit(std::uint32_t tag, std::uint32_t burst, Duration pause) {
    auto found = std::ranges::find(used_until_, tag, &decltype(used_until_)::value_type::first);
    if (found == used_until_.end()) found = used_until_.insert(found, {tag, {}});
    const auto now = clock_.now();
    const auto until = std::max(found->second, now);
    if (until - now > (burst - 1) * pause) return false;
    found->second = until + pause;
    return true;
}

std::optional<wire::Frame> Session::next_frame() {
    while (true) {
        while (head_ < queue_.size()) {
            auto& next = queue_[head_++];
            if (!next.body) continue;
            leaves_queue(cost(next.body));
            return wire::Frame{std::move(next.body), next.tail};
        }
        queue_.clear();
        if (queue_.capacity() > kKeepQueue) queue_.shrink_to_fit();
        head_ = 0;
        room_update_.reset();
        if (sources_.empty() || closing_) return {};
        const auto source = sources_.front();
        if (!source->produce(*this) && !sources_.empty()) sources_.erase(sources_.begin());
    }
}

void Session::close(std::uint16_t code, std::string_view reason) {
    if (closing_) return;
    closing_ = true;
    sources_.clear();
    if (code == kTryAgainLater) {  // who does not read would never see the rest
        queue_.clear();
        head_ = 0;
        queued_bytes_ = 0;
        long_frame_ = 0;
        room_update_.reset();
    }
    transport_.close(code, reason);
}

bool Session::begin_waiting(std::size_t bytes) {
    auto& waiting = order().waiting_bytes;
    const std::size_t cost = bytes + kWaitingCost;
    if (waiting != 0 && waiting + cost > kMaxWaitingBytes) {
        close(kTryAgainLater, "too much of what it sent waits");
        return false;
    }
    waiting += cost;
    return true;
}

void Session::end_waiting(std::size_t bytes) {
    order().waiting_bytes -= bytes + kWaitingCost;
}

void Session::check_age() {
    if (closing_ || head_ == queue_.size()) return;
    if (clock_.now() - queue_[head_].since > limits_.queue_age) close(kTryAgainLater, "too slow");
}

}  // namespace collab::rpc
