// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Server on libwebsockets, driven by the Loop's libev loop. Internal to this layer.
// Thread: loop.

#include <ev.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/acceptor.h"
#include "net/connection.h"
#include "net/server.h"
#include "net/tls_certificate.h"
#include "net/web_socket.h"

struct lws;
struct lws_context;
struct lws_vhost;
struct ssl_ctx_st;

namespace collab::net {

class LwsServer final : public Server {
public:
    LwsServer(Loop& loop, Application& application, ServerOptions options);
    ~LwsServer() override;

    Status start();

    void stop_listening() override;
    void close_sockets(CloseCode code, std::string_view reason) override;
    std::vector<std::uint16_t> ports() const override { return acceptor_.ports(); }
    ServerCounters counters() const override { return shared_.counters; }
    Status reload(const ServerOptions& options) override;
    Status replace_certificate(std::string_view certificate_pem,
                               std::string_view private_key_pem) override;

    // Everything that libwebsockets reports; `reason` is an lws_callback_reasons. Not zero: drop
    // the connection (or what the reason says).
    int on_event(lws* wsi, int reason, void* user, void* in, std::size_t size);

private:
    Status create_context();
    Status create_vhosts();
    lws_vhost* create_vhost(const char* name, const TlsCertificate* certificate);
    void watch_loop();

    void adopt(UniqueFd fd, Peer peer);
    void forget(Connection& connection);
    void enter(Connection& connection, Connection::Phase phase);

    int on_http_event(Connection& connection, int reason, void* in, std::size_t size);
    int on_socket_event(Connection& connection, int reason, void* in, std::size_t size);
    int on_request(Connection& connection);
    int refuse(Connection& connection, const HttpResponse& response);
    int on_body(Connection& connection, std::string_view piece);
    int on_body_complete(Connection& connection);
    static bool got_head_as_body(const Connection& connection);
    void dispatch(Connection& connection);
    void answer(HttpExchange& exchange, const HttpResponse& response);
    void on_answered(Connection& connection, bool sent);
    int finish_exchange(Connection& connection);
    int on_upgrade(Connection& connection, std::string_view protocol);
    int on_established(Connection& connection);
    void offer_any_subprotocol(const HttpRequest& request);

    void sweep();
    void sweep_connection(Connection& connection, MonotonicTime now);

    static void on_prepare(struct ev_loop*, ev_prepare* watcher, int);
    static void on_sweep(struct ev_loop*, ev_timer* watcher, int);

    Loop& loop_;
    Application& application_;
    ServerOptions options_;
    WebSocketShared shared_;
    Acceptor acceptor_;
    std::vector<Connection*> connections_;
    Connection* adopting_ = nullptr;  // not yet known to survive its adoption
    bool stopped_ = false;
    lws_context* context_ = nullptr;
    lws_vhost* plain_ = nullptr;
    lws_vhost* secure_ = nullptr;
    ssl_ctx_st* ssl_ = nullptr;  // of secure_
    std::array<char, 64> subprotocol_{};
    ev_prepare prepare_{};
    ev_timer sweeper_{};
};

}  // namespace collab::net
