// SPDX-License-Identifier: Apache-2.0
#include "net/http_wire.h"

#include <libwebsockets.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace collab::net {
namespace {

// In the order of LWSHUMETH_*.
constexpr std::array kMethods = {"GET", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "", "HEAD"};

std::string copy_header(lws* wsi, lws_token_indexes token) {
    std::string value(static_cast<std::size_t>(lws_hdr_total_length(wsi, token)) + 2, '\0');
    const int copied = lws_hdr_copy(wsi, value.data(), static_cast<int>(value.size()), token);
    value.resize(copied > 0 ? static_cast<std::size_t>(copied) : 0);
    return value;
}

// libwebsockets knows pseudo headers too: methods ("get "), ":path", and the like.
bool is_header_name(std::string_view name) {
    return name.size() > 1 && name.ends_with(':') && !name.starts_with(':');
}

void copy_known_headers(lws* wsi, HttpHeaders& headers) {
    for (int i = 0; i < WSI_TOKEN_COUNT; i++) {
        const auto token = static_cast<lws_token_indexes>(i);
        if (lws_hdr_total_length(wsi, token) <= 0) continue;
        const auto* raw_name = reinterpret_cast<const char*>(lws_token_to_string(token));
        if (raw_name == nullptr || !is_header_name(raw_name)) continue;
        const std::string_view name(raw_name);
        headers.emplace_back(name.substr(0, name.size() - 1), copy_header(wsi, token));
    }
}

void copy_extra_headers(lws* wsi, std::span<const std::string> names, HttpHeaders& headers) {
    for (const auto& name : names) {
        const std::string with_colon = name + ":";
        const int size = static_cast<int>(with_colon.size());
        const int length = lws_hdr_custom_length(wsi, with_colon.c_str(), size);
        if (length < 0) continue;
        std::string value(static_cast<std::size_t>(length) + 2, '\0');
        const int copied = lws_hdr_custom_copy(wsi, value.data(), static_cast<int>(value.size()),
                                               with_colon.c_str(), size);
        value.resize(copied > 0 ? static_cast<std::size_t>(copied) : 0);
        headers.emplace_back(name, std::string(trim(value)));
    }
}

void append_percent_encoded(std::string& out, std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
            out += c;
            continue;
        }
        out += '%';
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
}

// libwebsockets cuts the query at '&' and decodes the pieces; encoding them again gives back an
// equivalent query.
std::string rebuild_query(lws* wsi) {
    std::string query;
    const auto total = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_URI_ARGS);
    std::string piece;
    for (int i = 0;; i++) {
        piece.assign(static_cast<std::size_t>(total) + 2, '\0');
        const int size = lws_hdr_copy_fragment(wsi, piece.data(), static_cast<int>(piece.size()),
                                               WSI_TOKEN_HTTP_URI_ARGS, i);
        if (size < 0) return query;
        piece.resize(static_cast<std::size_t>(size));
        if (i > 0) query += '&';
        const auto equals = std::min(piece.find('='), piece.size());
        append_percent_encoded(query, std::string_view(piece).substr(0, equals));
        if (equals == piece.size()) continue;
        query += '=';
        append_percent_encoded(query, std::string_view(piece).substr(equals + 1));
    }
}

bool has_token(std::string_view list, std::string_view token) {
    const auto parts = split(list, ',');
    return std::any_of(parts.begin(), parts.end(),
                       [token](auto part) { return to_lower_ascii(trim(part)) == token; });
}

// 16 bytes in base64.
bool is_websocket_key(std::string_view key) {
    const auto is_base64 = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/';
    };
    return key.size() == 24 && key.ends_with("==") &&
           std::all_of(key.begin(), key.end() - 2, is_base64);
}

HttpResponse refuse(int status, std::string_view why) {
    return {.status = status, .body = std::string(why) + "\n"};
}

// Header values must not begin new headers, whatever the application put in.
std::string one_line(std::string_view text) {
    std::string line(text);
    std::erase_if(line, [](unsigned char c) { return c < 0x20 && c != '\t'; });
    return line;
}

}  // namespace

std::optional<HttpRequest> read_request(lws* wsi, const Peer& peer,
                                        std::span<const std::string> extra_headers) {
    char* uri = nullptr;
    int uri_size = 0;
    const int method = lws_http_get_uri_and_method(wsi, &uri, &uri_size);
    if (method < 0 || method >= static_cast<int>(kMethods.size())) return std::nullopt;
    HttpRequest request;
    request.method = kMethods[static_cast<std::size_t>(method)];
    if (request.method.empty() || uri == nullptr || uri_size <= 0) return std::nullopt;
    request.path.assign(uri, static_cast<std::size_t>(uri_size));
    if (!request.path.starts_with('/')) return std::nullopt;
    request.query = rebuild_query(wsi);
    copy_known_headers(wsi, request.headers);
    copy_extra_headers(wsi, extra_headers, request.headers);
    request.http_version = copy_header(wsi, WSI_TOKEN_HTTP);
    request.tls = peer.tls;
    request.unix_socket = peer.unix_path != nullptr;
    request.loopback = !request.unix_socket && peer.ip.is_loopback();
    request.peer_address = peer.text;
    if (peer.unix_path != nullptr) request.unix_path = *peer.unix_path;
    request.peer_uid = peer.uid;
    request.peer_pid = peer.pid;
    return request;
}

BodyLength body_length(const HttpRequest& request, std::size_t limit) {
    if (request.header("transfer-encoding")) {
        return {.refusal = refuse(411, "send a Content-Length instead of Transfer-Encoding")};
    }
    const auto announced = request.header("content-length");
    if (!announced) {
        const bool may_have_body =
            request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
        return {.bytes = 0, .unannounced = may_have_body, .refusal = {}};
    }
    const auto length = parse_uint32(*announced);
    if (!length) return {.refusal = refuse(400, "Content-Length is not a number")};
    if (*length > limit) return {.refusal = refuse(413, "the body is too large")};
    BodyLength body;
    body.bytes = *length;
    return body;
}

std::optional<HttpResponse> check_upgrade(const HttpRequest& request) {
    if (request.method != "GET") return refuse(400, "a WebSocket handshake is a GET");
    if (request.http_version != "HTTP/1.1") {
        auto response = refuse(426, "a WebSocket needs HTTP/1.1");
        response.headers.emplace_back("Upgrade", "websocket");
        return response;
    }
    if (!request.header("host")) return refuse(400, "Host is missing");
    if (!has_token(request.header("connection").value_or(""), "upgrade")) {
        return refuse(400, "Connection must say Upgrade");
    }
    if (!is_websocket_key(trim(request.header("sec-websocket-key").value_or("")))) {
        return refuse(400, "Sec-WebSocket-Key must be 16 bytes in base64");
    }
    if (trim(request.header("sec-websocket-version").value_or("")) != "13") {
        auto response = refuse(400, "only WebSocket version 13 is served");
        response.headers.emplace_back("Sec-WebSocket-Version", "13");
        return response;
    }
    const auto length = request.header("content-length");
    if (length.value_or("0") != "0" || request.header("transfer-encoding")) {
        return refuse(400, "a WebSocket handshake has no body");
    }
    return std::nullopt;
}

std::string format_response(const HttpResponse& response, bool head_only, bool close_after) {
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + " ";
    text += status_text(response.status);
    text += "\r\n";
    const bool bodiless = response.status == 204 || response.status == 304;
    if (!bodiless) {
        if (!response.content_type.empty()) {
            text += "Content-Type: " + one_line(response.content_type) + "\r\n";
        }
        text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    }
    for (const auto& [name, value] : response.headers) {
        text += one_line(name) + ": " + one_line(value) + "\r\n";
    }
    text += close_after ? "Connection: close\r\n\r\n" : "\r\n";
    if (!bodiless && !head_only) text += response.body;
    return text;
}

}  // namespace collab::net
