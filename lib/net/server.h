// SPDX-License-Identifier: Apache-2.0
#pragma once

// Listening sockets, HTTP requests and WebSocket connections, on one Loop. Knows no protobuf and
// nothing of what the messages mean: an Application answers requests, a SocketHandler eats and
// yields whole binary messages. Spec 1, sections 1.2, 1.4, 1.5 and 1.11.
// Everything here is called on, and calls back on, the loop's thread.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/http.h"
#include "net/loop.h"

namespace collab::net {

// WebSocket close codes that we send (RFC 6455, 7.4.1).
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    unsupported_data = 1003,
    policy_violation = 1008,
    too_big = 1009,
    internal_error = 1011,
    service_restart = 1012,
    try_again_later = 1013,
};

// One message to send, in two parts that go out as one binary message. Many receivers may share
// the bytes of `body`. The spans must stay valid until the next call of next_frame() or
// on_closed().
struct OutFrame {
    std::span<const std::uint8_t> body;
    std::span<const std::uint8_t> tail;
};

// The network's side of one WebSocket connection. Valid until on_closed() has returned.
class Socket {
public:
    virtual ~Socket() = default;

    // There is something to send: next_frame() is called until it returns false, at the end of
    // this turn of the loop or as soon as the peer takes more. Cheap; any number of times.
    virtual void wake() = 0;

    // Ends the connection after everything that next_frame() still yields, with an own CLOSE frame
    // last; cut off after 30 s. Messages that arrive from now on are dropped. `reason`: at most
    // 123 bytes of UTF-8, longer ones are cut. on_closed() comes later, never from inside.
    virtual void close(CloseCode code, std::string_view reason) = 0;

    // Drops the connection without farewell. on_closed() comes later, never from inside.
    virtual void abort() = 0;

    // True while the kernel takes no more: messages pile up at the sender's.
    virtual bool congested() const = 0;

    virtual MonotonicTime last_received() const = 0;  // a message, Ping or Pong
    virtual MonotonicTime last_written() const = 0;   // anything that we sent

    // Who it is, as in HttpRequest::peer_address.
    virtual const std::string& peer_address() const = 0;
};

// The application's side of one WebSocket connection.
class SocketHandler {
public:
    virtual ~SocketHandler() = default;

    // One complete binary message, valid during the call. Text messages never get here.
    virtual void on_message(std::span<const std::uint8_t> message) = 0;

    // Puts the next message to send into `frame`, or returns false. Must not call close() or
    // abort().
    virtual bool next_frame(OutFrame& frame) = 0;

    // The connection is gone, for whatever reason. Called exactly once, then this is destroyed.
    virtual void on_closed() = 0;
};

// Makes the handler of an accepted connection: called once the 101 has gone out, not at all if the
// client leaves before. Must not return null; may call socket.wake().
using AcceptSocket = std::function<std::unique_ptr<SocketHandler>(Socket& socket)>;

// Whether a request for a WebSocket is a proper one (RFC 6455, 4.2.1); the refusal if not: 400, or
// 426 over HTTP/1.0, where nothing can be upgraded (spec 4, section 2).
std::optional<HttpResponse> check_upgrade(const HttpRequest& request);

// What the server serves.
class Application {
public:
    virtual ~Application() = default;

    // A complete request without upgrade, of any method and path.
    virtual void on_http(HttpRequest request, Responder respond) = 0;

    // A request for a WebSocket, any path. Decides at once: a refusal, sent as a plain HTTP
    // response, or who takes the connection. Who has an order of checks asks check_upgrade() at its
    // place in it; in any case it is asked after acceptance. The request has no body.
    virtual std::variant<HttpResponse, AcceptSocket> on_upgrade(const HttpRequest& request) = 0;
};

enum class TlsMode {
    off,   // the first byte of TLS is answered with a closed connection
    both,  // plain from loopback and private addresses only, unless insecure_http
    only,  // plain HTTP is answered with 403
};

struct UnixListener {
    std::string path;
    unsigned mode = 0600;
    std::string group = {};  // name of the group that gets the file; empty: as created
};

struct ServerOptions {
    // "host:port", IPv6 in brackets. "[::]" is dual stack and becomes 0.0.0.0 where IPv6 is off.
    // Port 0 picks a free one, see Server::ports().
    std::vector<std::string> listen = {"[::]:45454"};
    std::vector<UnixListener> unix_sockets = {};
    std::vector<int> inherited = {};  // listening sockets that we were started with; taken over

    TlsMode tls = TlsMode::off;
    std::string certificate_pem = {};  // chain, leaf first; needed unless tls is off
    std::string private_key_pem = {};
    bool insecure_http = false;

    // Addresses exempt from the two limits below, as loopback and Unix sockets are; "192.0.2.1" or
    // "192.0.2.0/24".
    std::vector<std::string> trusted_proxies = {};
    std::size_t half_open_per_address = 64;
    std::size_t connects_per_second = 200;  // per address

    std::size_t max_message = 16 * 1024 * 1024;  // received, over all its fragments; more: 1009
    std::size_t max_fragments = 10'000;          // of one message; more: 1008
    std::size_t max_body = 1024 * 1024;          // of an HTTP request; more: 413

    Duration handshake_timeout = std::chrono::seconds(10);  // accept to complete request head
    Duration idle_http_timeout = std::chrono::seconds(30);  // between requests, and for a body
    Duration response_timeout = std::chrono::seconds(60);   // until the Responder is called
    Duration ping_interval = std::chrono::seconds(1);       // after the last write
    Duration receive_timeout = std::chrono::seconds(10);    // silence that ends a connection
    Duration write_timeout = std::chrono::seconds(10);      // a write that makes no progress
    Duration close_timeout = std::chrono::seconds(30);      // from close() to the end

    bool eager_flush = true;  // write at the end of the loop's turn instead of on POLLOUT

    // Request headers to report besides those that libwebsockets knows; lower case.
    std::vector<std::string> extra_headers = {"x-zed-protocol-version",
                                              "x-zed-app-version",
                                              "x-zed-release-channel",
                                              "x-zed-system-id",
                                              "x-zed-metrics-id",
                                              "cf-ipcountry",
                                              "forwarded",
                                              "x-forwarded-host",
                                              "x-forwarded-proto",
                                              "x-forwarded-port",
                                              "x-real-ip",
                                              "x-csrf-token",
                                              "x-github-event",
                                              "x-hub-signature-256",
                                              "x-github-delivery",
                                              "stripe-signature",
                                              "x-request-id",
                                              "idempotency-key",
                                              "last-event-id"};
};

// Counters since the start.
struct ServerCounters {
    std::uint64_t accepted = 0;      // connections taken from the kernel
    std::uint64_t refused = 0;       // closed at once because of a limit per address
    std::uint64_t open = 0;          // connections now
    std::uint64_t open_sockets = 0;  // WebSockets now
    std::uint64_t bytes_in = 0;      // WebSocket messages, payload
    std::uint64_t bytes_out = 0;     // WebSocket messages with frame headers
    std::uint64_t messages_in = 0;
    std::uint64_t messages_out = 0;
};

class Server {
public:
    // Binds everything and starts to serve once the loop runs. Errors: unavailable: an address or
    // a socket file is taken (the message names the holder if the system tells); invalid: an
    // address, certificate or key that cannot be used; denied: no right to bind.
    // `loop` and `application` must outlive the server.
    static Result<std::unique_ptr<Server>> start(Loop& loop, Application& application,
                                                 ServerOptions options);
    // Closes everything at once; on_closed() comes to every handler. Socket files are removed.
    virtual ~Server() = default;

    // Takes no new connections and requests from now on. Open WebSockets live on.
    virtual void stop_listening() = 0;

    // Closes all WebSockets as Socket::close() does.
    virtual void close_sockets(CloseCode code, std::string_view reason) = 0;

    // The TCP ports listened on, in the order of the options.
    virtual std::vector<std::uint16_t> ports() const = 0;

    virtual ServerCounters counters() const = 0;

    // Takes over of `options` what may change while it serves: insecure_http, trusted_proxies, the
    // limits per address, max_message and eager_flush. Error invalid: a proxy that is no address;
    // then nothing has changed.
    virtual Status reload(const ServerOptions& options) = 0;

    // Serves new TLS connections with this certificate. Error invalid: cannot be used; the old one
    // stays.
    virtual Status replace_certificate(std::string_view certificate_pem,
                                       std::string_view private_key_pem) = 0;
};

}  // namespace collab::net
