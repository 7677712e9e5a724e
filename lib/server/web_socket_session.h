// SPDX-License-Identifier: Apache-2.0
#pragma once

// Between a socket of net and a session of rpc: passes messages up and frames down, and knows
// nothing of either. Thread: loop.

#include "net/server.h"
#include "server/core.h"
#include "server/handshake.h"

namespace collab::server {

class WebSocketSession final : public net::SocketHandler, public rpc::Transport {
public:
    // Accepts the caller; the session lives until on_closed(). Both must outlive this.
    WebSocketSession(Core& core, Admitted admitted, net::Socket& socket);

    // net::SocketHandler
    void on_message(std::span<const std::uint8_t> message) override;
    bool next_frame(net::OutFrame& frame) override;
    void on_closed() override;

    // rpc::Transport
    void wake() override { socket_.wake(); }
    void close(std::uint16_t code, std::string_view reason) override;

private:
    Core& core_;
    net::Socket& socket_;
    PeerId peer_;
    std::optional<wire::Frame> sending_;  // what next_frame() handed out last
};

}  // namespace collab::server
