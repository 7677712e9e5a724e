// SPDX-License-Identifier: Apache-2.0
// The part of LwsServer that leads a request to the application and its answer back, and a
// WebSocket handshake to its WebSocket.

#include <libwebsockets.h>

#include <algorithm>

#include "base/text.h"
#include "net/answer_writer.h"
#include "net/http_wire.h"
#include "net/lws_server.h"

namespace collab::net {

int LwsServer::on_request(Connection& connection) {
    enter(connection, Connection::Phase::body);
    connection.requests++;
    auto request = read_request(connection.wsi, connection.peer, options_.extra_headers);
    if (!request) return refuse(connection, {.status = 400, .body = "bad request\n"});
    if (connection.peer.plain_refused) {
        return refuse(connection, {.status = 403, .body = "use https\n"});
    }
    if (stopped_) return refuse(connection, {.status = 503, .body = "shutting down\n"});
    auto length = body_length(*request, options_.max_body);
    if (length.refusal) return refuse(connection, *length.refusal);
    connection.exchange = std::make_shared<HttpExchange>();
    connection.exchange->connection = &connection;
    connection.exchange->request = std::move(*request);
    connection.exchange->last = length.unannounced;  // what follows would be taken for its body
    if (length.bytes == 0) dispatch(connection);
    return 0;
}

// Answers at once and ends the connection; its body, if any, is not read.
int LwsServer::refuse(Connection& connection, const HttpResponse& response) {
    std::string text(LWS_PRE, '\0');
    text += format_response(response, false, true);
    auto* bytes = reinterpret_cast<unsigned char*>(text.data()) + LWS_PRE;
    lws_write(connection.wsi, bytes, text.size() - LWS_PRE, LWS_WRITE_HTTP);
    return -1;
}

int LwsServer::on_body(Connection& connection, std::string_view piece) {
    if (connection.phase != Connection::Phase::body || !connection.exchange) return 0;
    std::string& body = connection.exchange->request.body;
    if (body.size() + piece.size() > options_.max_body) return -1;
    body += piece;
    return 0;
}

// libwebsockets 4.1 gives a request that was pipelined behind another one its own head as body.
bool LwsServer::got_head_as_body(const Connection& connection) {
    if (connection.requests < 2 || !connection.exchange) return false;
    const HttpRequest& request = connection.exchange->request;
    const std::string head = request.method + " /";
    const auto size = std::min(head.size(), request.body.size());
    return size > 0 && head.compare(0, size, request.body, 0, size) == 0;
}

int LwsServer::on_body_complete(Connection& connection) {
    if (connection.phase != Connection::Phase::body) return 0;
    if (got_head_as_body(connection)) {
        return refuse(connection, {.status = 400, .body = "no pipelining of bodies, please\n"});
    }
    dispatch(connection);
    return 0;
}

void LwsServer::dispatch(Connection& connection) {
    enter(connection, Connection::Phase::responding);
    lws_set_timeout(connection.wsi, NO_PENDING_TIMEOUT, 0);  // ours count
    // Unread input would wake the loop again and again until the answer is there.
    lws_rx_flow_control(connection.wsi, 0);
    auto exchange = connection.exchange;
    exchange->head_only = exchange->request.method == "HEAD";
    application_.on_http(std::move(exchange->request),
                         [this, exchange](const HttpResponse& response) {
                             // With the connection, the server may be gone too.
                             if (exchange->connection != nullptr) answer(*exchange, response);
                         });
}

void LwsServer::answer(HttpExchange& exchange, const HttpResponse& response) {
    if (exchange.answered) return;
    exchange.answered = true;
    exchange.last = exchange.last || stopped_;
    Connection& connection = *exchange.connection;
    enter(connection, Connection::Phase::answering);
    exchange.writer = std::make_unique<AnswerWriter>(
        loop_.native(), connection.wsi,
        format_response(response, exchange.head_only, exchange.last),
        [this, &connection](bool sent) { on_answered(connection, sent); });
    exchange.writer->start();
}

void LwsServer::on_answered(Connection& connection, bool sent) {
    if (!sent) return shared_.kill(connection.wsi);
    connection.exchange->sent = true;
    lws_rx_flow_control(connection.wsi, 1);
    lws_callback_on_writable(connection.wsi);  // leads to finish_exchange()
}

int LwsServer::finish_exchange(Connection& connection) {
    if (!connection.exchange || !connection.exchange->sent) return 0;
    const bool last = connection.exchange->last;
    connection.exchange->connection = nullptr;
    connection.exchange.reset();
    enter(connection, Connection::Phase::idle);
    return last || lws_http_transaction_completed(connection.wsi) != 0 ? -1 : 0;
}

int LwsServer::on_upgrade(Connection& connection, std::string_view protocol) {
    if (to_lower_ascii(protocol) == "h2c") {
        return refuse(connection, {.status = 400, .body = "HTTP/2 is not served here\n"});
    }
    if (to_lower_ascii(protocol) != "websocket") return -1;  // libwebsockets has sent a 403
    enter(connection, Connection::Phase::upgraded);
    const auto request = read_request(connection.wsi, connection.peer, options_.extra_headers);
    if (!request) return refuse(connection, {.status = 400, .body = "bad request\n"});
    if (connection.peer.plain_refused) {
        return refuse(connection, {.status = 403, .body = "use https\n"});
    }
    if (stopped_) return refuse(connection, {.status = 503, .body = "shutting down\n"});
    auto decision = application_.on_upgrade(*request);
    if (auto* refusal = std::get_if<HttpResponse>(&decision)) return refuse(connection, *refusal);
    if (const auto wrong = check_upgrade(*request)) return refuse(connection, *wrong);
    offer_any_subprotocol(*request);
    connection.exchange = std::make_shared<HttpExchange>();
    connection.exchange->accept = std::get<AcceptSocket>(std::move(decision));
    return 0;
}

// libwebsockets drops a client that wants a subprotocol it does not have. So the second protocol
// gets the name of the first that the client offers; the name is cleared before the 101 is written.
void LwsServer::offer_any_subprotocol(const HttpRequest& request) {
    const auto offered = request.header("sec-websocket-protocol").value_or("");
    const auto first = trim(offered.substr(0, std::min(offered.find(','), offered.size())));
    const auto size = std::min(first.size(), subprotocol_.size() - 1);
    std::copy_n(first.begin(), size, subprotocol_.begin());
    subprotocol_[size] = '\0';
}

int LwsServer::on_established(Connection& connection) {
    if (!connection.exchange) return -1;
    const auto exchange = std::move(connection.exchange);
    connection.exchange.reset();
    connection.since = shared_.clock.now();
    connection.socket = std::make_unique<WebSocket>(connection.wsi, shared_, connection.peer.text);
    auto handler = exchange->accept(*connection.socket);
    COLLAB_ASSERT(handler != nullptr);
    connection.socket->attach(std::move(handler));
    return 0;
}

}  // namespace collab::net
