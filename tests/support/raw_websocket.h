// SPDX-License-Identifier: Apache-2.0
#pragma once

// A blocking client that sends and sees every byte: HTTP over TCP, TLS or a Unix socket, and
// WebSocket frames on top. For tests; every wait ends after `timeout`. Thread: one at a time.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace collab::test {

// A frame as it came: also control frames and fragments.
struct WebSocketFrame {
    bool final = true;
    int opcode = 0;  // 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong
    std::string payload;

    // Of a close frame; 0 when it has none.
    int close_code() const;
};

struct RawHttpResponse {
    int status = 0;
    std::string head;  // with the status line
    std::string body;
};

class RawWebSocket {
public:
    using Headers = std::vector<std::pair<std::string, std::string>>;

    explicit RawWebSocket(std::chrono::milliseconds timeout = std::chrono::seconds(5));
    ~RawWebSocket();
    RawWebSocket(RawWebSocket&&) noexcept;
    RawWebSocket& operator=(RawWebSocket&&) noexcept;

    // False: nobody there.
    bool connect_tcp(std::uint16_t port, const std::string& host = "127.0.0.1");
    bool connect_unix(const std::string& path);
    // TLS over the connection, without checking the certificate. False: the handshake failed.
    bool start_tls();
    // The common name in the server's certificate.
    std::string tls_subject() const;

    // Sends a WebSocket handshake and reads the answer; 101 is success.
    RawHttpResponse upgrade(const std::string& path, const Headers& headers = {});
    // Sends any request and reads its answer.
    RawHttpResponse request(std::string_view bytes);
    RawHttpResponse read_response();

    bool send_raw(std::string_view bytes);
    // One masked frame.
    bool send_frame(int opcode, std::string_view payload, bool final = true);
    bool send_binary(std::string_view payload) { return send_frame(2, payload); }
    bool send_close(int code);

    // The next frame; nothing at the end of the connection or after the timeout.
    std::optional<WebSocketFrame> read_frame();
    // The next binary message; Pings are answered, Pongs and text are skipped. Nothing at a Close,
    // the end or after the timeout.
    std::optional<std::string> read_message();
    // Exactly `size` bytes as they come, or fewer at the end or after the timeout.
    std::string read_raw(std::size_t size);

    // True once the peer has ended the connection, throwing away what still comes.
    bool wait_for_end();
    void disconnect();
    int fd() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

// One frame as a client sends it, masked.
std::string masked_frame(int opcode, std::string_view payload, bool final = true);

}  // namespace collab::test
