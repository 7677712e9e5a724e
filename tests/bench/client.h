// SPDX-License-Identifier: Apache-2.0
#pragma once

// Editors, as far as the server can tell: WebSocket clients on one epoll, cheap enough that many
// of them on one processor can load a server on another. One thread.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/unique_fd.h"
#include "bench/measuring.h"
#include "proto/envelope.pb.h"
#include "wire/frame.h"
#include "wire/message_types.h"

namespace collab::bench {

class Client;

// Waits for all clients at once.
class Poller {
public:
    Poller();

    // Lets clients send and receive. Waits up to `timeout` milliseconds for something to happen;
    // 0 looks and comes back, for measurements that must not sleep.
    void turn(int timeout);
    // Turns until `done` says so. Ends the program after `seconds`.
    void until(const std::function<bool()>& done, const char* what, double seconds = 20);

private:
    friend class Client;
    UniqueFd epoll_;
    std::string scratch_;
};

// An envelope that came. Views live as long as the call that hands it over.
struct Message {
    std::uint32_t id = 0;
    std::optional<std::uint32_t> responding_to;
    std::uint32_t tag = 0;
    wire::Bytes payload;
};

// The same, kept.
struct Kept {
    std::uint32_t id = 0;
    std::optional<std::uint32_t> responding_to;
    std::uint32_t tag = 0;
    std::string payload;

    template <class M>
    M as() const {
        M message;
        if (tag == wire::tag_of<proto::Error>()) {
            proto::Error error;
            error.ParseFromString(payload);
            die("the server refused a request: " + error.message());
        }
        if (tag != wire::tag_of<M>() || !message.ParseFromString(payload)) {
            die("got message " + std::to_string(tag) + " for " + M::descriptor()->name());
        }
        return message;
    }
};

// Takes apart the frame of one message.
Message parse(wire::Decoder& decoder, wire::Bytes frame);

class Client {
public:
    // A client that has begun to connect to 127.0.0.1:port and to sign in. An empty authorization:
    // a yardstick's client, frames without mask on a bare TCP connection.
    Client(Poller& poller, std::uint16_t port, std::string authorization);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    // Set after Hello.
    const std::optional<PeerId>& peer() const { return peer_; }
    bool closed() const { return closed_; }
    // What the server said instead of 101.
    const std::string& refusal() const { return refusal_; }

    // Queues a message, returns its id; flush() sends what is queued.
    std::uint32_t post(std::uint32_t tag, std::string_view payload,
                       std::optional<std::uint32_t> responding_to = {});
    // Queues the zstd frames of a whole envelope.
    void post_frame(std::string_view frame);
    void flush();
    std::uint32_t next_id() { return next_id_++; }

    template <class M>
    std::uint32_t send(const M& message) {
        const auto id = post(wire::tag_of<M>(), message.SerializeAsString());
        flush();
        return id;
    }
    // Sends a request and turns until its answer is here.
    template <class Response, class M>
    Response request(const M& message) {
        return answer_to(send(message)).template as<Response>();
    }
    Kept answer_to(std::uint32_t id);
    // The oldest message of a type that is not a response, once it is here.
    template <class M>
    M wait_for() {
        return take(wire::tag_of<M>()).template as<M>();
    }
    // Forgets what came so far.
    void forget() { inbox_.clear(); }

    // Instead of the inbox: each message, or, when set, each frame as it came.
    std::function<void(const Message&)> on_message;
    std::function<void(wire::Bytes frame)> on_frame;

private:
    friend class Poller;
    void ready(std::string& scratch);
    std::size_t eat(wire::Bytes bytes);
    void eat_frame(std::uint8_t opcode, wire::Bytes payload);
    void put_frame(std::uint8_t opcode, std::string_view payload);
    bool eat_handshake(wire::Bytes bytes, std::size_t& eaten);
    Kept take(std::uint32_t tag);
    void watch(bool writable);

    Poller& poller_;
    UniqueFd socket_;
    bool masked_;
    bool upgraded_;
    bool closed_ = false;
    bool watching_writable_ = true;
    std::optional<PeerId> peer_;
    std::string refusal_;
    std::uint32_t next_id_ = 1;
    std::string in_;
    std::string out_;
    std::deque<Kept> inbox_;
};

}  // namespace collab::bench
