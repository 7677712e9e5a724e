// SPDX-License-Identifier: Apache-2.0
#pragma once

// HTTP requests and responses as values. How they travel is net/server.h's and
// net/http_client.h's business.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace collab::net {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string method;   // "GET", upper case
    std::string path;     // percent-decoded, begins with '/', without query; dot segments resolved
    std::string query;    // as sent, without '?'; see query_parameter()
    HttpHeaders headers;  // lower-case names; of repeated ones the values are joined
    std::string body;     // whole; at most ServerOptions::max_body
    std::string http_version;  // "HTTP/1.1"

    bool tls = false;          // came over our own TLS
    bool unix_socket = false;  // came through a Unix socket
    bool loopback = false;     // the peer's address is a loopback address
    std::string
        peer_address;       // "192.0.2.7" or "2001:db8::7", without port; "unix" for a Unix socket
    std::string unix_path;  // which Unix socket, when it is one
    int peer_uid = -1;      // SO_PEERCRED of a Unix socket, else -1
    int peer_pid = -1;

    // The value of a header, whatever its case; nothing when it was not sent. Only headers that
    // libwebsockets knows and those in ServerOptions::extra_headers are seen.
    std::optional<std::string_view> header(std::string_view name) const;

    // The first `name=value` of the query, form-decoded; nothing when absent or badly encoded.
    std::optional<std::string> query_parameter(std::string_view name) const;
    // The same for a body of type application/x-www-form-urlencoded.
    std::optional<std::string> form_parameter(std::string_view name) const;
};

struct HttpResponse {
    int status = 200;
    HttpHeaders headers = {};  // beyond Content-Type, Content-Length and Connection
    std::string content_type = "text/plain; charset=utf-8";
    std::string body = {};

    // The value of a header, whatever its case (responses of net/http_client.h).
    std::optional<std::string_view> header(std::string_view name) const;
};

// Answers one request: to be called once, at once or later; does nothing when the client is gone
// or an answer was given already. May be copied and kept. One that is never called ends in a 503
// once ServerOptions::response_timeout is over. Thread: loop.
using Responder = std::function<void(HttpResponse)>;

// `text` with %XX decoded (and '+' as space when `plus_is_space`); nothing when badly encoded.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

// The parameter `name` of "a=1&b=2", form-decoded; nothing when absent or badly encoded.
std::optional<std::string> form_value(std::string_view form, std::string_view name);

// "Not Found" for 404.
std::string_view status_text(int status);

}  // namespace collab::net
