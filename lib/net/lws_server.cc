// SPDX-License-Identifier: Apache-2.0
#include "net/lws_server.h"

#include <libwebsockets.h>
#include <sys/resource.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "net/answer_writer.h"
#include "net/http_wire.h"

namespace collab::net {
namespace {

constexpr std::size_t kRxBuffer = 64 * 1024;
constexpr std::size_t kTxPacket = 4 * 1024 * 1024;  // longest piece given to the kernel at once
constexpr unsigned kMaxHead = 16 * 1024;            // request head (decisions 29)
constexpr rlim_t kMaxDescriptors = 131072;  // libwebsockets allocates tables for all that may be
constexpr int kNoListener = -2;             // CONTEXT_PORT_NO_LISTEN_SERVER

int on_lws_event(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t size) {
    auto* server = static_cast<LwsServer*>(lws_context_user(lws_get_context(wsi)));
    return server->on_event(wsi, reason, user, in, size);
}

void on_lws_log(int level, const char* line) {
    if (level == LLL_ERR || level == LLL_WARN) log(LogLevel::debug, trim(line));
}

void cap_descriptors() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur <= kMaxDescriptors) return;
    limit.rlim_cur = kMaxDescriptors;
    setrlimit(RLIMIT_NOFILE, &limit);
}

HttpResponse plain_text(int status, std::string text) {
    return {.status = status, .body = std::move(text)};
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(Loop& loop, Application& application,
                                              ServerOptions options) {
    auto server = std::make_unique<LwsServer>(loop, application, std::move(options));
    COLLAB_DO(server->start());
    return std::unique_ptr<Server>(std::move(server));
}

LwsServer::LwsServer(Loop& loop, Application& application, ServerOptions options)
    : loop_(loop),
      application_(application),
      options_(std::move(options)),
      shared_(options_),
      acceptor_(loop, options_, shared_.counters,
                [this](UniqueFd fd, Peer peer) { adopt(std::move(fd), std::move(peer)); }) {}

LwsServer::~LwsServer() {
    acceptor_.stop();
    ev_prepare_stop(loop_.native(), &prepare_);
    ev_timer_stop(loop_.native(), &sweeper_);
    for (Connection* connection : connections_) {
        if (connection->exchange) connection->exchange->writer.reset();  // before its socket
    }
    if (context_ != nullptr) lws_context_destroy(context_);
}

Status LwsServer::start() {
    COLLAB_DO(create_context());
    COLLAB_DO(create_vhosts());
    COLLAB_DO(acceptor_.listen());
    watch_loop();
    return ok();
}

Status LwsServer::create_context() {
    lws_set_log_level(LLL_ERR | LLL_WARN, &on_lws_log);
    cap_descriptors();
    void* loops[] = {loop_.native()};
    lws_context_creation_info info{};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.foreign_loops = loops;
    info.user = this;
    info.pt_serv_buf_size = kRxBuffer;
    info.max_http_header_data2 = kMaxHead;
    info.max_http_header_pool2 = 0;  // as many as there are connections
    info.gid = -1;
    info.uid = -1;
    context_ = lws_create_context(&info);
    if (context_ == nullptr) {
        return Error{ErrorCode::internal,
                     "libwebsockets does not start; is its libev plugin installed?"};
    }
    return ok();
}

Status LwsServer::create_vhosts() {
    plain_ = create_vhost("plain", nullptr);
    if (plain_ == nullptr) return Error{ErrorCode::internal, "libwebsockets refuses a vhost"};
    if (options_.tls == TlsMode::off) return ok();
    COLLAB_TRY(const TlsCertificate certificate,
               TlsCertificate::parse(options_.certificate_pem, options_.private_key_pem));
    secure_ = create_vhost("tls", &certificate);
    if (secure_ == nullptr || ssl_ == nullptr) {
        return Error{ErrorCode::invalid, "libwebsockets refuses the TLS certificate"};
    }
    return certificate.install(ssl_);  // with its chain, which libwebsockets leaves out
}

lws_vhost* LwsServer::create_vhost(const char* name, const TlsCertificate* certificate) {
    // Two protocols that are the same for us; see offer_any_subprotocol().
    const lws_protocols http = {.name = "http",
                                .callback = &on_lws_event,
                                .per_session_data_size = sizeof(void*),
                                .rx_buffer_size = kRxBuffer,
                                .id = 0,
                                .user = nullptr,
                                .tx_packet_size = kTxPacket};
    lws_protocols any = http;
    any.name = subprotocol_.data();
    const lws_protocols protocols[] = {http, any, {}};  // libwebsockets copies them
    lws_context_creation_info info{};
    info.port = kNoListener;
    info.vhost_name = name;
    info.protocols = protocols;
    // No timers of libwebsockets per connection: we ping ourselves, and it keeps its timers in a
    // list that it walks for each Pong.
    static constexpr lws_retry_bo_t kNoIdleTimers = {};
    info.retry_and_idle_policy = &kNoIdleTimers;
    info.keepalive_timeout = static_cast<int>(
        std::chrono::duration_cast<std::chrono::seconds>(options_.idle_http_timeout).count() + 1);
    std::vector<std::uint8_t> leaf;
    std::vector<std::uint8_t> key;
    if (certificate != nullptr) {
        leaf = certificate->leaf_der();
        key = certificate->key_der();
        info.alpn = "http/1.1";
        info.server_ssl_cert_mem = leaf.data();
        info.server_ssl_cert_mem_len = static_cast<unsigned>(leaf.size());
        info.server_ssl_private_key_mem = key.data();
        info.server_ssl_private_key_mem_len = static_cast<unsigned>(key.size());
        info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    }
    return lws_create_vhost(context_, &info);
}

void LwsServer::watch_loop() {
    ev_prepare_init(&prepare_, &LwsServer::on_prepare);
    prepare_.data = this;
    ev_prepare_start(loop_.native(), &prepare_);
    // Often enough that a deadline is late by a quarter of the shortest at most.
    const Duration shortest = std::min({options_.ping_interval, options_.receive_timeout,
                                        options_.handshake_timeout, options_.write_timeout});
    const double period = std::chrono::duration<double>(shortest).count() / 4;
    ev_timer_init(&sweeper_, &LwsServer::on_sweep, period, period);
    sweeper_.data = this;
    ev_timer_start(loop_.native(), &sweeper_);
}

void LwsServer::on_prepare(struct ev_loop*, ev_prepare* watcher, int) {
    static_cast<LwsServer*>(watcher->data)->shared_.flush_dirty();
}

void LwsServer::on_sweep(struct ev_loop*, ev_timer* watcher, int) {
    static_cast<LwsServer*>(watcher->data)->sweep();
}

void LwsServer::stop_listening() {
    stopped_ = true;
    acceptor_.stop();
}

void LwsServer::close_sockets(CloseCode code, std::string_view reason) {
    for (Connection* connection : connections_) {
        if (connection->socket) connection->socket->close(code, reason);
    }
}

Status LwsServer::reload(const ServerOptions& options) {
    COLLAB_DO(acceptor_.set_limits(options));
    options_.insecure_http = options.insecure_http;
    options_.max_message = options.max_message;
    options_.eager_flush = options.eager_flush;
    return ok();
}

Status LwsServer::replace_certificate(std::string_view certificate_pem,
                                      std::string_view private_key_pem) {
    if (ssl_ == nullptr) return Error{ErrorCode::invalid, "the server does not speak TLS"};
    COLLAB_TRY(const TlsCertificate certificate,
               TlsCertificate::parse(certificate_pem, private_key_pem));
    return certificate.install(ssl_);
}

void LwsServer::adopt(UniqueFd fd, Peer peer) {
    auto* connection = new Connection;  // owned by its wsi from here on, see forget()
    connection->peer = std::move(peer);
    connection->since = shared_.clock.now();
    connection->index = connections_.size();
    connections_.push_back(connection);
    shared_.counters.open++;
    adopting_ = connection;
    lws_adopt_desc_t adoption{};
    adoption.vh = connection->peer.tls ? secure_ : plain_;
    adoption.type =
        static_cast<lws_adoption_type>(LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | LWS_ADOPT_ALLOW_SSL);
    adoption.fd.sockfd = fd.release();  // closed by libwebsockets in any case
    adoption.opaque = connection;
    lws* wsi = lws_adopt_descriptor_vhost_via_info(&adoption);
    if (wsi == nullptr && adopting_ != nullptr) forget(*adopting_);
    if (wsi != nullptr && adopting_ != nullptr) adopting_->wsi = wsi;
    adopting_ = nullptr;
}

void LwsServer::forget(Connection& connection) {
    if (adopting_ == &connection) adopting_ = nullptr;
    if (connection.exchange) {
        connection.exchange->connection = nullptr;
        connection.exchange->writer.reset();
    }
    acceptor_.release(connection.peer);
    connection.socket.reset();
    connections_[connection.index] = connections_.back();
    connections_[connection.index]->index = connection.index;
    connections_.pop_back();
    shared_.counters.open--;
    delete &connection;
}

void LwsServer::enter(Connection& connection, Connection::Phase phase) {
    if (connection.phase == Connection::Phase::handshake) acceptor_.release(connection.peer);
    connection.phase = phase;
    connection.since = shared_.clock.now();
}

void LwsServer::sweep() {
    const MonotonicTime now = shared_.clock.now();
    acceptor_.sweep(now);
    for (Connection* connection : connections_) sweep_connection(*connection, now);
}

void LwsServer::sweep_connection(Connection& connection, MonotonicTime now) {
    using Phase = Connection::Phase;
    if (connection.wsi == nullptr) return;
    if (connection.socket) return connection.socket->sweep(now);
    const Duration age = now - connection.since;
    if (connection.phase == Phase::responding) {
        if (age >= options_.response_timeout) {
            answer(*connection.exchange, plain_text(503, "the server took too long\n"));
        }
        return;
    }
    const bool early = connection.phase == Phase::handshake || connection.phase == Phase::upgraded;
    if (age < (early ? options_.handshake_timeout : options_.idle_http_timeout)) return;
    if (connection.exchange) connection.exchange->writer.reset();
    shared_.kill(connection.wsi);
}

int LwsServer::on_event(lws* wsi, int reason, void* user, void* in, std::size_t size) {
    if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS) {
        ssl_ = static_cast<ssl_ctx_st*>(user);
        harden_tls(ssl_);
        return 0;
    }
    auto* connection = static_cast<Connection*>(lws_get_opaque_user_data(wsi));
    if (connection == nullptr) return 0;
    connection->wsi = wsi;
    switch (reason) {
        case LWS_CALLBACK_WSI_DESTROY:
            lws_set_opaque_user_data(wsi, nullptr);
            forget(*connection);
            return 0;
        case LWS_CALLBACK_RAW_ADOPT:
        case LWS_CALLBACK_RAW_RX:
            return -1;  // after a CONNECT, which libwebsockets takes for raw mode
        default:
            return connection->socket ? on_socket_event(*connection, reason, in, size)
                                      : on_http_event(*connection, reason, in, size);
    }
}

int LwsServer::on_http_event(Connection& connection, int reason, void* in, std::size_t size) {
    const std::string_view text(static_cast<const char*>(in), in == nullptr ? 0 : size);
    switch (reason) {
        case LWS_CALLBACK_HTTP:
            return on_request(connection);
        case LWS_CALLBACK_HTTP_BODY:
            return on_body(connection, text);
        case LWS_CALLBACK_HTTP_BODY_COMPLETION:
            return on_body_complete(connection);
        case LWS_CALLBACK_HTTP_WRITEABLE:
            return finish_exchange(connection);
        case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
            return on_upgrade(connection, static_cast<const char*>(in));
        case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
            subprotocol_[0] = '\0';  // so that the 101 names none
            return 0;
        case LWS_CALLBACK_ESTABLISHED:
            return on_established(connection);
        default:
            return 0;
    }
}

int LwsServer::on_socket_event(Connection& connection, int reason, void* in, std::size_t size) {
    WebSocket& socket = *connection.socket;
    switch (reason) {
        case LWS_CALLBACK_RECEIVE:
            socket.on_data({static_cast<const std::uint8_t*>(in), size});
            return 0;
        case LWS_CALLBACK_RECEIVE_PONG:
            socket.on_pong();
            return 0;
        case LWS_CALLBACK_SERVER_WRITEABLE:
            return socket.on_writeable() ? 0 : -1;
        case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
            return socket.on_peer_close() ? 0 : -1;
        case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
        case LWS_CALLBACK_CLOSED:
            socket.on_ending();
            return 0;
        default:
            return 0;
    }
}

}  // namespace collab::net
