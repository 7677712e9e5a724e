// SPDX-License-Identifier: Apache-2.0
#pragma once

// One accepted connection and what it is doing. Internal to this layer. Thread: loop.

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>

#include "base/clock.h"
#include "net/network_address.h"
#include "net/server.h"

struct lws;

namespace collab::net {

class AnswerWriter;
class WebSocket;

// Who is at the other end.
struct Peer {
    IpAddress ip;
    std::string text;                        // HttpRequest::peer_address
    const std::string* unix_path = nullptr;  // of the listener, for a Unix socket
    int uid = -1;
    int pid = -1;
    bool tls = false;
    bool counted = false;        // half-open in AddressLimits
    bool plain_refused = false;  // every request is answered with 403
};

struct Connection;

// A request on its way to the application and its answer on the way back. The Responder shares it;
// `connection` is null once the client is gone.
struct HttpExchange {
    Connection* connection = nullptr;
    HttpRequest request;
    AcceptSocket accept;     // of an upgrade that the application accepted
    bool head_only = false;  // answers a HEAD
    bool answered = false;
    bool last = false;  // the answer says that the connection ends
    bool sent = false;
    std::unique_ptr<AnswerWriter> writer;  // while the answer is on its way
};

struct Connection {
    enum class Phase {
        handshake,   // nothing complete has been received yet
        idle,        // between two HTTP requests
        body,        // the head of a request has come, its body has not
        responding,  // the application is working on the answer
        answering,   // the answer is on its way
        upgraded,    // a WebSocket
    };

    Peer peer;
    lws* wsi = nullptr;
    Phase phase = Phase::handshake;
    MonotonicTime since{};  // when the phase began
    std::uint32_t requests = 0;
    std::size_t index = 0;  // in the server's list
    std::shared_ptr<HttpExchange> exchange;
    std::unique_ptr<WebSocket> socket;
};

}  // namespace collab::net
