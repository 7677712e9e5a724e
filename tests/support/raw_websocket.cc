// SPDX-License-Identifier: Apache-2.0
#include "support/raw_websocket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace collab::test {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

std::size_t content_length(const std::string& head) {
    constexpr std::string_view kName = "\r\ncontent-length:";
    for (std::size_t at = 0; at + kName.size() <= head.size(); at++) {
        if (strncasecmp(head.c_str() + at, kName.data(), kName.size()) == 0) {
            return std::stoul(head.substr(at + kName.size()));
        }
    }
    return 0;
}

}  // namespace

int WebSocketFrame::close_code() const {
    if (opcode != 8 || payload.size() < 2) return 0;
    return static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]);
}

struct RawWebSocket::State {
    std::chrono::milliseconds timeout;
    int fd = -1;
    SSL_CTX* context = nullptr;
    SSL* ssl = nullptr;
    std::string received;
    bool ended = false;

    ~State() { close(); }

    void close() {
        if (ssl != nullptr) SSL_free(ssl);
        if (context != nullptr) SSL_CTX_free(context);
        if (fd >= 0) ::close(fd);
        ssl = nullptr;
        context = nullptr;
        fd = -1;
    }

    // Reads what is there, waiting for it until `deadline`. False: nothing more comes.
    bool read_some(SteadyTime deadline) {
        std::array<char, 65536> buffer;
        while (true) {
            ssize_t got = 0;
            if (ssl != nullptr) {
                got = SSL_read(ssl, buffer.data(), buffer.size());
                const int error = SSL_get_error(ssl, static_cast<int>(got));
                if (got <= 0 && error != SSL_ERROR_WANT_READ) ended = true;
            } else {
                got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
                if (got == 0 || (got < 0 && errno != EAGAIN)) ended = true;
            }
            if (got > 0) {
                received.append(buffer.data(), static_cast<std::size_t>(got));
                return true;
            }
            if (ended || !wait(POLLIN, deadline)) return false;
        }
    }

    bool wait(short events, SteadyTime deadline) const {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd entry{fd, events, 0};
        return left.count() > 0 && ::poll(&entry, 1, static_cast<int>(left.count())) > 0;
    }

    SteadyTime deadline() const { return std::chrono::steady_clock::now() + timeout; }

    bool need(std::size_t size, SteadyTime until) {
        while (received.size() < size) {
            if (!read_some(until)) return false;
        }
        return true;
    }

    std::string take(std::size_t size) {
        std::string taken = received.substr(0, size);
        received.erase(0, size);
        return taken;
    }
};

RawWebSocket::RawWebSocket(std::chrono::milliseconds timeout) : state_(std::make_unique<State>()) {
    state_->timeout = timeout;
}
RawWebSocket::~RawWebSocket() = default;
RawWebSocket::RawWebSocket(RawWebSocket&&) noexcept = default;
RawWebSocket& RawWebSocket::operator=(RawWebSocket&&) noexcept = default;

bool RawWebSocket::connect_tcp(std::uint16_t port, const std::string& host) {
    disconnect();
    state_->fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, host.c_str(), &address.sin_addr);
    const int on = 1;
    setsockopt(state_->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return ::connect(state_->fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

bool RawWebSocket::connect_unix(const std::string& path) {
    disconnect();
    state_->fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return ::connect(state_->fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

bool RawWebSocket::start_tls() {
    timeval limit{state_->timeout.count() / 1000, state_->timeout.count() % 1000 * 1000};
    setsockopt(state_->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    state_->context = SSL_CTX_new(TLS_client_method());
    state_->ssl = SSL_new(state_->context);
    SSL_set_fd(state_->ssl, state_->fd);
    return SSL_connect(state_->ssl) == 1;
}

std::string RawWebSocket::tls_subject() const {
    X509* certificate = SSL_get1_peer_certificate(state_->ssl);
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                              name.size());
    X509_free(certificate);
    return name.data();
}

RawHttpResponse RawWebSocket::upgrade(const std::string& path, const Headers& headers) {
    std::string text = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n" +
                       "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                       "Sec-WebSocket-Version: 13\r\n";
    for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
    return request(text + "\r\n");
}

RawHttpResponse RawWebSocket::request(std::string_view bytes) {
    if (!send_raw(bytes)) return {};
    return read_response();
}

RawHttpResponse RawWebSocket::read_response() {
    const auto until = state_->deadline();
    std::size_t end = std::string::npos;
    while ((end = state_->received.find("\r\n\r\n")) == std::string::npos) {
        if (!state_->read_some(until)) return {};
    }
    RawHttpResponse response;
    response.head = state_->take(end + 4);
    response.status = std::stoi(response.head.substr(9, 3));
    const std::size_t size = response.status == 101 ? 0 : content_length(response.head);
    state_->need(size, until);
    response.body = state_->take(size);
    return response;
}

bool RawWebSocket::send_raw(std::string_view bytes) {
    const auto until = state_->deadline();
    while (!bytes.empty()) {
        ssize_t sent = 0;
        if (state_->ssl != nullptr) {
            sent = SSL_write(state_->ssl, bytes.data(), static_cast<int>(bytes.size()));
            if (sent <= 0) return false;
        } else {
            sent = ::send(state_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && errno != EAGAIN) return false;
            if (sent < 0 && !state_->wait(POLLOUT, until)) return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
    return true;
}

bool RawWebSocket::send_frame(int opcode, std::string_view payload, bool final) {
    return send_raw(masked_frame(opcode, payload, final));
}

bool RawWebSocket::send_close(int code) {
    const char payload[] = {static_cast<char>(code >> 8), static_cast<char>(code)};
    return send_frame(8, {payload, sizeof payload});
}

std::optional<WebSocketFrame> RawWebSocket::read_frame() {
    const auto until = state_->deadline();
    if (!state_->need(2, until)) return std::nullopt;
    const auto byte = [this](std::size_t at) {
        return static_cast<unsigned char>(state_->received[at]);
    };
    std::size_t size = byte(1) & 0x7f;
    std::size_t header = 2;
    if (size >= 126) {
        header += size == 126 ? 2 : 8;
        if (!state_->need(header, until)) return std::nullopt;
        size = 0;
        for (std::size_t at = 2; at < header; at++) size = size << 8 | byte(at);
    }
    if (!state_->need(header + size, until)) return std::nullopt;
    WebSocketFrame frame;
    frame.final = (byte(0) & 0x80) != 0;
    frame.opcode = byte(0) & 0x0f;
    state_->take(header);
    frame.payload = state_->take(size);
    return frame;
}

std::optional<std::string> RawWebSocket::read_message() {
    while (auto frame = read_frame()) {
        if (frame->opcode == 8) return std::nullopt;
        if (frame->opcode == 9) send_frame(10, frame->payload);
        if (frame->opcode == 2) return std::move(frame->payload);
    }
    return std::nullopt;
}

std::string RawWebSocket::read_raw(std::size_t size) {
    state_->need(size, state_->deadline());
    return state_->take(std::min(size, state_->received.size()));
}

bool RawWebSocket::wait_for_end() {
    const auto until = state_->deadline();
    while (state_->read_some(until)) state_->received.clear();
    return state_->ended;
}

void RawWebSocket::disconnect() {
    state_->close();
    state_->received.clear();
    state_->ended = false;
}

int RawWebSocket::fd() const {
    return state_->fd;
}

std::string masked_frame(int opcode, std::string_view payload, bool final) {
    constexpr std::array<char, 4> kMask = {0x11, 0x22, 0x33, 0x44};
    std::string frame;
    frame += static_cast<char>((final ? 0x80 : 0) | opcode);
    const std::size_t size = payload.size();
    const int bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
    frame += static_cast<char>(0x80 | (bytes == 0 ? size : bytes == 2 ? 126 : 127));
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        frame += static_cast<char>(size >> shift);
    }
    frame.append(kMask.data(), kMask.size());
    for (std::size_t i = 0; i < size; i++) frame += static_cast<char>(payload[i] ^ kMask[i % 4]);
    return frame;
}

}  // namespace collab::test
