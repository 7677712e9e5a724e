// SPDX-License-Identifier: Apache-2.0
#pragma once

// The whole server core without sockets, threads or real time: real handlers, router, hub, writer,
// reader and SQL on a SimulatedExecutor, and clients that send and receive real frames. For tests
// of live handlers and conversations, and the ground that the simulation stands on.
//
//     RpcWorld world(Engine::sqlite, server::routes());
//     auto& ada = world.connect(world.user("ada"));
//     auto room = ada.request(proto::CreateRoom()).as<proto::CreateRoomResponse>();
//     EXPECT_EQ(bea.received<proto::RoomUpdated>().size(), 1u);

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/simulated_executor.h"
#include "proto/envelope.pb.h"
#include "rpc/router.h"
#include "support/test_database.h"

namespace collab::test {

class RpcWorld;

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
    FakeClient(RpcWorld& world, UserId user, PeerId peer) : world_(world), user(user), peer(peer) {}

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

    // rpc::Transport
    void wake() override {}
    void close(std::uint16_t code, std::string_view reason) override;
    void abort() override { closed = true; }

    RpcWorld& world_;
    const UserId user;
    const PeerId peer;

private:
    void drain();
    std::uint32_t next_id_ = 1;
    std::vector<Received> inbox_;
};

class RpcWorld {
public:
    // `before_start` may change the settings. Requires !why_skipped(engine).
    RpcWorld(Engine engine, std::vector<rpc::Route> routes, std::uint64_t seed = 1,
             rpc::Settings settings = {});
    ~RpcWorld();

    UserId user(const std::string& name);
    FakeClient& connect(UserId user, std::string_view version = "1.14.0");
    // The socket is gone: the router forgets the session. What the areas do about it is up to the
    // test (lib/server does it in the real server).
    void disconnect(FakeClient& client);
    // The server process dies and another one starts on the same database, under a new server id
    // and with nothing in memory. Loading the index is up to the test.
    void restart(std::vector<rpc::Route> routes);

    // Lets all lanes run until nothing is left to do.
    void settle() { executor.run(); }

    SimulatedExecutor executor;
    rpc::Settings settings;
    rpc::Services services;  // what the routes under test need is provided by the test
    SeededRandom random;
    TestDatabase database;
    std::unique_ptr<rpc::Writer> writer;
    std::unique_ptr<rpc::Reader> reader;
    std::unique_ptr<rpc::Live> live;
    std::unique_ptr<rpc::Router> router;

    // Runs SQL beside the server.
    db::Rows sql(std::string_view text, const db::Values& values = {});

private:
    void start(std::vector<rpc::Route> routes);

    std::unique_ptr<db::Connection> side_;
    std::vector<std::unique_ptr<FakeClient>> clients_;
};

}  // namespace collab::test
