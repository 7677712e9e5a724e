// SPDX-License-Identifier: Apache-2.0
#pragma once

// A client without a socket: sends and receives real frames. What it is connected to is a
// ClientGround: RpcWorld (the core alone) or ServerWorld (whole server processes).

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/envelope.pb.h"
#include "rpc/router.h"
#include "wire/message_types.h"

namespace collab::test {

class FakeClient;

class ClientGround {
public:
    virtual ~ClientGround() = default;
    // Null when the client's server is gone.
    virtual rpc::Router* router_of(const FakeClient& client) = 0;
    // Lets everything run until nothing is left to do.
    virtual void settle() = 0;
    // The server has closed the client's connection.
    virtual void closed_by_server(FakeClient&) {}
};

// An envelope that a client received, in order of arrival.
struct Received {
    proto::Envelope envelope;
    std::uint32_t tag = 0;  // of the payload, also where we have no schema for it
    std::string payload;

    template <class M>
    M as() const {
        M message;
        EXPECT_EQ(tag, wire::tag_of<M>()) << "got " << envelope.ShortDebugString();
        EXPECT_TRUE(message.ParseFromString(payload));
        return message;
    }
    bool is_error() const { return envelope.payload_case() == proto::Envelope::kError; }
};

class FakeClient final : public rpc::Transport {
public:
    FakeClient(ClientGround& ground, UserId user) : ground_(ground), user(user) {}

    // Sends a message and lets everything settle. Returns its id.
    template <class M>
    std::uint32_t send(const M& message) {
        return send_raw(wire::tag_of<M>(), message.SerializeAsString());
    }
    std::uint32_t send_raw(std::uint32_t tag, const std::string& payload);
    // Sends a message without letting the others run.
    template <class M>
    std::uint32_t post(const M& message) {
        return post_raw(wire::tag_of<M>(), message.SerializeAsString());
    }
    std::uint32_t post_raw(std::uint32_t tag, const std::string& payload);
    // Sends a request and returns its answer. Fails the test when there is none once all settled.
    template <class M>
    Received request(const M& message) {
        return answer_to(send(message));
    }
    Received answer_to(std::uint32_t id);
    bool answered(std::uint32_t id);
    // Answers a message that was received.
    template <class M>
    void reply(const Received& to, const M& message) {
        reply_raw(to, wire::tag_of<M>(), message.SerializeAsString());
    }
    void reply_raw(const Received& to, std::uint32_t tag, const std::string& payload);
    // The same without letting the others run.
    template <class M>
    void post_reply(const Received& to, const M& message) {
        post_reply_raw(to, wire::tag_of<M>(), message.SerializeAsString());
    }
    void post_reply_raw(const Received& to, std::uint32_t tag, const std::string& payload);

    // All messages of a type that came so far, oldest first.
    template <class M>
    std::vector<M> received() {
        std::vector<M> found;
        for (const auto& each : inbox()) {
            if (each.tag == wire::tag_of<M>() && !each.envelope.has_responding_to()) {
                found.push_back(each.as<M>());
            }
        }
        return found;
    }
    std::vector<Received> received_raw(std::uint32_t tag);
    const std::vector<Received>& inbox();
    void forget() {
        drain();
        inbox_.clear();
    }

    // While false nothing is taken from the session: a slow reader.
    bool reading = true;
    // Takes at most this many messages, for tests of transfers.
    void take(std::size_t messages);
    bool closed = false;
    std::uint16_t close_code = 0;
    std::string close_reason;

    // rpc::Transport
    void wake() override {}
    void close(std::uint16_t code, std::string_view reason) override;

private:
    ClientGround& ground_;

public:
    const UserId user;
    PeerId peer;

private:
    rpc::Session* session();
    void drain();
    void receive(const wire::Frame& frame);
    void deliver(const std::string& envelope);
    std::uint32_t next_id_ = 1;
    std::optional<std::uint32_t> last_received_;
    std::vector<Received> inbox_;
};

}  // namespace collab::test
