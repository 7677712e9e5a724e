// SPDX-License-Identifier: Apache-2.0
#include "net/web_socket.h"

#include <libwebsockets.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "base/text.h"

namespace collab::net {
namespace {

constexpr std::size_t kBatch = 64 * 1024;      // a batch ends when it is this long
constexpr std::size_t kCopyUpTo = 64 * 1024;   // longer messages are not copied into a batch
constexpr std::size_t kMaxHeader = 10;         // of a frame that we send
constexpr std::size_t kKeepParts = 64 * 1024;  // memory that outlives a fragmented message
constexpr std::size_t kMaxCloseReason = 123;   // RFC 6455: control frames carry 125 bytes
constexpr int kBatchesPerTurn = 4;             // then other connections have their turn
constexpr Duration kFailTimeout = std::chrono::seconds(5);

// libwebsockets reports a Pong only if it has a payload, so our Pings carry one byte.
constexpr std::uint8_t kPing[] = {0x89, 0x01, 0x00};

void append_header(std::vector<unsigned char>& out, std::size_t size) {
    out.push_back(0x82);  // final, binary
    if (size < 126) {
        out.push_back(static_cast<unsigned char>(size));
        return;
    }
    const int bytes = size < 65536 ? 2 : 8;
    out.push_back(bytes == 2 ? 126 : 127);
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        out.push_back(static_cast<unsigned char>(size >> shift));
    }
}

// Bytes that the peer's kernel has acknowledged (TCP) or that the peer has yet to read (Unix
// socket): whichever changes, the peer is reading.
std::uint64_t transmission_mark(int fd) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0) return info.tcpi_bytes_acked;
    int queued = 0;
    ioctl(fd, SIOCOUTQ, &queued);
    return static_cast<std::uint64_t>(queued);
}

// Bytes of the peer that have been read from the kernel; 0 on a Unix socket, which does not tell.
std::uint64_t bytes_read(int fd) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
    int unread = 0;
    ioctl(fd, SIOCINQ, &unread);
    return info.tcpi_bytes_received - static_cast<std::uint64_t>(unread);
}

}  // namespace

WebSocketShared::WebSocketShared(const ServerOptions& server_options) : options(server_options) {
    batch.reserve(LWS_PRE + kBatch + kMaxHeader + kCopyUpTo);
    batch.resize(LWS_PRE);
}

void WebSocketShared::flush_dirty() {
    std::vector<WebSocket*> turn;
    while (!dirty.empty()) {  // a handler may wake others
        turn.swap(dirty);
        for (WebSocket* socket : turn) {
            socket->dirty_ = false;
            if (!socket->flush()) socket->abort();
        }
        turn.clear();
    }
}

void WebSocketShared::kill(lws* wsi) {
    lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    // libwebsockets looks at its timers only after an event of its own.
    lws_cancel_service(lws_get_context(wsi));
}

WebSocket::WebSocket(lws* wsi, WebSocketShared& shared, const std::string& peer_address)
    : wsi_(wsi),
      shared_(shared),
      peer_address_(peer_address),
      last_received_(shared.clock.now()),
      last_written_(last_received_) {
    shared_.counters.open_sockets++;
}

WebSocket::~WebSocket() {
    state_ = State::ended;
    shared_.counters.open_sockets--;
    if (handler_) handler_->on_closed();
    handler_.reset();
    if (dirty_) std::erase(shared_.dirty, this);
}

void WebSocket::wake() {
    if (dirty_ || state_ == State::close_sent || state_ == State::ended) return;
    if (!shared_.options.eager_flush) {
        lws_callback_on_writable(wsi_);
        return;
    }
    dirty_ = true;
    shared_.dirty.push_back(this);
}

void WebSocket::close(CloseCode code, std::string_view reason) {
    if (state_ != State::open) return;
    state_ = State::closing;
    close_code_ = code;
    std::size_t size = std::min(reason.size(), kMaxCloseReason);
    while (!is_char_boundary(reason, size)) size--;
    close_reason_ = reason.substr(0, size);
    close_deadline_ = shared_.clock.now() + shared_.options.close_timeout;
    wake();
}

void WebSocket::abort() {
    if (state_ != State::ended) drop(shared_.clock.now());
}

void WebSocket::drop(MonotonicTime now) {
    state_ = State::ended;
    close_deadline_ = now + kFailTimeout;  // not again in the next sweep
    shared_.kill(wsi_);
}

bool WebSocket::congested() const {
    return lws_partial_buffered(wsi_) != 0;
}

void WebSocket::fail(CloseCode code, std::string_view reason) {
    close(code, reason);
    close_deadline_ = shared_.clock.now() + fail_timeout();
    parts_ = {};
}

void WebSocket::on_data(std::span<const std::uint8_t> data) {
    if (state_ != State::open) return;
    const auto missing = static_cast<std::size_t>(lws_remaining_packet_payload(wsi_));
    if (lws_is_first_fragment(wsi_) != 0) fragments_ = 0;
    if (missing == 0) fragments_++;
    if (parts_.size() + data.size() > shared_.options.max_message ||
        missing > shared_.options.max_message - parts_.size() - data.size()) {
        return fail(CloseCode::too_big, "message too big");
    }
    if (fragments_ > shared_.options.max_fragments) {
        return fail(CloseCode::policy_violation, "too many fragments");
    }
    read_mark_ = 0;
    if (lws_frame_is_binary(wsi_) == 0) return;  // text: ignored, no sign of life (spec 1, 1.5)
    last_received_ = shared_.clock.now();
    accept_fragment(data, missing, lws_is_final_fragment(wsi_) != 0);
}

void WebSocket::accept_fragment(std::span<const std::uint8_t> data, std::size_t missing,
                                bool last) {
    std::span<const std::uint8_t> message = data;
    if (!parts_.empty() || !last) {
        const std::size_t needed = parts_.size() + data.size() + missing;
        // Twice as much each time, or many small fragments would be copied over and over.
        if (needed > parts_.capacity()) parts_.reserve(std::max(needed, 2 * parts_.capacity()));
        parts_.insert(parts_.end(), data.begin(), data.end());
        message = parts_;
    }
    if (!last) return;
    shared_.counters.messages_in++;
    shared_.counters.bytes_in += message.size();
    handler_->on_message(message);
    if (parts_.capacity() > kKeepParts) parts_ = {};
    parts_.clear();
}

void WebSocket::on_pong() {
    read_mark_ = 0;
    last_received_ = shared_.clock.now();
}

bool WebSocket::on_writeable() {
    return flush();
}

bool WebSocket::on_peer_close() {
    const bool answered = state_ == State::close_sent;
    on_ending();
    return !answered;  // otherwise libwebsockets answers for us
}

void WebSocket::on_ending() {
    if (state_ == State::ended) return;
    state_ = State::ended;
    close_deadline_ = shared_.clock.now() + fail_timeout();
}

// How long a peer may take to answer a Close that ends a broken connection.
Duration WebSocket::fail_timeout() const {
    return std::min(shared_.options.close_timeout, kFailTimeout);
}

bool WebSocket::flush() {
    bool more = true;
    for (int batches = 0; more; batches++) {
        if (state_ == State::close_sent || state_ == State::ended) return true;
        if (lws_partial_buffered(wsi_) != 0 || batches == kBatchesPerTurn) {
            lws_callback_on_writable(wsi_);
            return true;
        }
        if (!write_batch(more)) return false;
    }
    return true;
}

// Sends one batch; `more`: there may be another. False: the connection is broken.
bool WebSocket::write_batch(bool& more) {
    auto& batch = shared_.batch;
    batch.resize(LWS_PRE);
    if (std::exchange(ping_due_, false))
        batch.insert(batch.end(), std::begin(kPing), std::end(kPing));
    OutFrame frame;
    while (batch.size() < LWS_PRE + kBatch) {
        if (!handler_->next_frame(frame)) {
            more = false;
            if (state_ == State::closing) append_close();
            break;
        }
        if (!append_frame(frame)) return false;
        // A long one is written at once: the next waits until the socket has taken it.
        if (lws_partial_buffered(wsi_) != 0) break;
    }
    return write_pending();
}

bool WebSocket::append_frame(const OutFrame& frame) {
    auto& batch = shared_.batch;
    const std::size_t size = frame.body.size() + frame.tail.size();
    const std::size_t before = batch.size();
    append_header(batch, size);
    shared_.counters.messages_out++;
    shared_.counters.bytes_out += batch.size() - before + size;
    if (size <= kCopyUpTo) {
        batch.insert(batch.end(), frame.body.begin(), frame.body.end());
        batch.insert(batch.end(), frame.tail.begin(), frame.tail.end());
        return true;
    }
    // A long message leaves from where it lies. What libwebsockets sends by itself (Pongs) comes
    // from the loop, so it cannot get between these writes.
    return write_pending() && write(frame.body) && write(frame.tail);
}

bool WebSocket::write_pending() {
    auto& batch = shared_.batch;
    const bool good = write(std::span<const std::uint8_t>(batch).subspan(LWS_PRE));
    batch.resize(LWS_PRE);
    return good;
}

bool WebSocket::write(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return true;
    const bool was_congested = congested();
    // With LWS_WRITE_RAW on HTTP/1 the bytes are only read, and nothing before them is touched.
    auto* start = const_cast<unsigned char*>(bytes.data());
    if (lws_write(wsi_, start, bytes.size(), LWS_WRITE_RAW) < 0) return false;
    last_written_ = shared_.clock.now();
    if (!was_congested && congested()) {
        last_progress_ = last_written_;
        progress_ = transmission_mark(lws_get_socket_fd(wsi_));
    }
    return true;
}

void WebSocket::append_close() {
    const auto code = static_cast<std::uint16_t>(close_code_);
    auto& batch = shared_.batch;
    batch.push_back(0x88);
    batch.push_back(static_cast<unsigned char>(2 + close_reason_.size()));
    batch.push_back(static_cast<unsigned char>(code >> 8));
    batch.push_back(static_cast<unsigned char>(code & 0xff));
    batch.insert(batch.end(), close_reason_.begin(), close_reason_.end());
    state_ = State::close_sent;
}

bool WebSocket::made_progress(MonotonicTime now) {
    const std::uint64_t mark = transmission_mark(lws_get_socket_fd(wsi_));
    if (mark != progress_) {
        progress_ = mark;
        last_progress_ = now;
    }
    return now - last_progress_ < shared_.options.write_timeout;
}

// libwebsockets answers the peer's Pings out of our sight: when neither messages nor Pongs came but
// there are more bytes than at the last look, they were Pings.
void WebSocket::look_for_pings(MonotonicTime now) {
    const std::uint64_t mark = bytes_read(lws_get_socket_fd(wsi_));
    if (read_mark_ != 0 && mark > read_mark_) last_received_ = now;
    read_mark_ = mark;
}

void WebSocket::sweep(MonotonicTime now) {
    const ServerOptions& options = shared_.options;
    if (state_ != State::open) {
        if (now >= close_deadline_) drop(now);
        return;
    }
    if (now - last_received_ >= options.receive_timeout / 4) look_for_pings(now);
    if (now - last_received_ >= options.receive_timeout) return abort();
    if (congested()) {
        if (!made_progress(now)) abort();
        return;
    }
    // One that says nothing gets a Ping even while we are writing all the time.
    const bool quiet = now - last_written_ >= options.ping_interval ||
                       now - last_received_ >= options.receive_timeout / 4;
    if (!quiet || now - last_ping_ < options.ping_interval) return;
    last_ping_ = now;
    ping_due_ = true;
    wake();
}

}  // namespace collab::net
