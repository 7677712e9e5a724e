// SPDX-License-Identifier: Apache-2.0
#include "server/web_socket_session.h"

namespace collab::server {

WebSocketSession::WebSocketSession(Core& core, Admitted admitted, net::Socket& socket)
    : core_(core),
      socket_(socket),
      peer_(core.accept(std::move(admitted.caller), *this, admitted.impersonator).peer()) {}

void WebSocketSession::on_message(std::span<const std::uint8_t> message) {
    if (auto* session = core_.live().hub.session(peer_))
        core_.router().on_message(*session, message);
}

bool WebSocketSession::next_frame(net::OutFrame& frame) {
    auto* session = core_.live().hub.session(peer_);
    sending_ = session != nullptr ? session->next_frame() : std::nullopt;
    if (!sending_) return false;
    frame.body = wire::as_bytes(*sending_->body);
    frame.tail = sending_->tail.bytes();
    return true;
}

void WebSocketSession::on_closed() {
    core_.closed(peer_);
}

void WebSocketSession::close(std::uint16_t code, std::string_view reason) {
    socket_.close(static_cast<net::CloseCode>(code), reason);
}

}  // namespace collab::server
