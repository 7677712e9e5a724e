// SPDX-License-Identifier: Apache-2.0
#pragma once

// One WebSocket: puts received fragments together, frames what is sent and writes it in batches.
// libwebsockets does the handshake, unmasks, answers Pings and keeps what the kernel does not take;
// the frames are ours (LWS_WRITE_RAW), so that many leave in one write. Internal to this layer.
// Thread: loop.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "net/server.h"

struct lws;
struct lws_context;

namespace collab::net {

class WebSocket;

// What all WebSockets of one server share.
struct WebSocketShared {
    explicit WebSocketShared(const ServerOptions& server_options);

    // Writes for every socket that has been woken; end of the loop's turn.
    void flush_dirty();
    // Makes libwebsockets drop `wsi` soon, from wherever this is called.
    void kill(lws* wsi);

    const ServerOptions& options;
    ServerCounters counters;
    SystemClock clock;
    std::vector<WebSocket*> dirty;     // woken and not yet flushed
    std::vector<unsigned char> batch;  // LWS_PRE and then the frames of one write
};

class WebSocket final : public Socket {
public:
    WebSocket(lws* wsi, WebSocketShared& shared, const std::string& peer_address);
    ~WebSocket() override;
    WebSocket(const WebSocket&) = delete;
    WebSocket& operator=(const WebSocket&) = delete;

    void attach(std::unique_ptr<SocketHandler> handler) { handler_ = std::move(handler); }

    void wake() override;
    void close(CloseCode code, std::string_view reason) override;
    void abort() override;
    bool congested() const override;
    MonotonicTime last_received() const override { return last_received_; }
    MonotonicTime last_written() const override { return last_written_; }
    const std::string& peer_address() const override { return peer_address_; }

    // Events from libwebsockets. False: it is to drop the connection.
    void on_data(std::span<const std::uint8_t> data);
    void on_pong();
    bool on_writeable();
    bool on_peer_close();
    // libwebsockets is ending the connection by itself: nothing may be written any more.
    void on_ending();

    // Keepalive, deadlines and stalled writes; several times per ping interval.
    void sweep(MonotonicTime now);

private:
    friend struct WebSocketShared;

    enum class State : std::uint8_t {
        open,
        closing,     // close(): what is queued goes first
        close_sent,  // our CLOSE frame is out; waiting for the peer's
        ended,       // aborted, or libwebsockets ends it
    };

    void accept_fragment(std::span<const std::uint8_t> data, std::size_t missing, bool last);
    void fail(CloseCode code, std::string_view reason);
    bool flush();
    bool write_batch(bool& more);
    bool append_frame(const OutFrame& frame);
    bool write_pending();
    bool write(std::span<const std::uint8_t> bytes);
    void append_close();
    void drop(MonotonicTime now);
    Duration fail_timeout() const;
    bool made_progress(MonotonicTime now);
    void look_for_pings(MonotonicTime now);

    lws* wsi_;
    WebSocketShared& shared_;
    const std::string& peer_address_;
    std::unique_ptr<SocketHandler> handler_;
    MonotonicTime last_received_;
    MonotonicTime last_written_;
    MonotonicTime last_ping_{};
    MonotonicTime last_progress_{};  // while congested
    MonotonicTime close_deadline_{};
    std::uint64_t progress_ = 0;  // what the kernel has got rid of, while congested
    // Bytes that had been read at the last look since the last message or Pong; 0: no look yet.
    std::uint64_t read_mark_ = 0;
    std::vector<std::uint8_t> parts_;  // fragments of an unfinished message
    std::uint32_t fragments_ = 0;
    State state_ = State::open;
    bool dirty_ = false;
    bool ping_due_ = false;
    CloseCode close_code_ = CloseCode::normal;
    std::string close_reason_;
};

}  // namespace collab::net
