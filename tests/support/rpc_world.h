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

#include <memory>
#include <string>
#include <vector>

#include "base/simulated_executor.h"
#include "rpc/router.h"
#include "support/fake_client.h"
#include "support/test_database.h"

namespace collab::test {

class RpcWorld final : public ClientGround {
public:
    // `before_start` may change the settings. Requires !why_skipped(engine).
    RpcWorld(Engine engine, std::vector<rpc::Route> routes, std::uint64_t seed = 1,
             rpc::Settings settings = {});
    ~RpcWorld() override;

    UserId user(const std::string& name);
    FakeClient& connect(UserId user, std::string_view version = "1.14.0");
    // The socket is gone: the router forgets the session. What the areas do about it is up to the
    // test (lib/server does it in the real server).
    void disconnect(FakeClient& client);
    // The server process dies and another one starts on the same database, under a new server id
    // and with nothing in memory. Loading the index is up to the test.
    void restart(std::vector<rpc::Route> routes);

    // Lets all lanes run until nothing is left to do.
    void settle() override { executor.run(); }
    rpc::Router* router_of(const FakeClient&) override { return router.get(); }

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
