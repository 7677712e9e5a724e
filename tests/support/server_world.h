// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whole server processes on one database without sockets, threads or real time: connections come
// and go, processes are killed, stopped and started, the database fails. Scenarios, the
// authorization table and the simulation stand on it.
//
//     ServerWorld world(Engine::sqlite);
//     auto& ada = world.connect(world.user("ada"));
//     world.kill();
//     world.start();
//     world.advance(45s);

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/simulated_executor.h"
#include "db/tx.h"
#include "server/core.h"
#include "support/fake_client.h"
#include "support/faulty_connection.h"
#include "support/test_database.h"

namespace collab::test {

class ServerProcess {
public:
    // `faults` is asked for as long as the process lives.
    ServerProcess(SimulatedExecutor& executor, TestDatabase& database, rpc::Settings settings,
                  const Faults& faults, std::uint64_t seed);

    server::Core& core() { return *core_; }
    bool alive() const { return alive_; }
    // Nothing of it reaches the database or a client any more, as after SIGKILL. Its memory stays
    // until the world ends, so that what waits in it can be let go in order.
    void kill();

private:
    rpc::Writer::Connect connect();
    Faults through(const Faults& faults);

    TestDatabase& database_;
    bool alive_ = true;
    const Faults faults_;
    SeededRandom random_;
    std::unique_ptr<server::Core> core_;
};

class ServerWorld final : public ClientGround {
public:
    // One server runs already. Requires !why_skipped(engine).
    explicit ServerWorld(Engine engine, std::uint64_t seed = 1, rpc::Settings settings = {});
    ~ServerWorld() override;

    // Another server process, which new connections go to from now on.
    ServerProcess& start();
    // The newest one dies without a word: sockets are gone, nothing is cleaned up.
    void kill() { kill(current()); }
    void kill(ServerProcess& process);
    // The newest one stops as told by SIGTERM; then it is gone.
    void stop();
    ServerProcess& current() { return *processes_.back(); }
    server::Core& core() { return current().core(); }
    rpc::Live& live() { return core().live(); }

    UserId user(const std::string& name);
    FakeClient& connect(UserId user, std::string_view version = "1.14.0");
    FakeClient& connect(ServerProcess& process, UserId user, std::string_view version = "1.14.0");
    // The same without letting anything run.
    FakeClient& connect_later(UserId user);
    // Its socket is gone, and the server knows.
    void drop(FakeClient& client);

    // Lets everything run until nothing is left to do; clients that read have read it all.
    void settle() override;
    void advance(Duration by);
    rpc::Router* router_of(const FakeClient& client) override;
    void closed_by_server(FakeClient& client) override;

    // Runs SQL beside the servers.
    db::Rows sql(std::string_view text, const db::Values& values = {});
    // Reads beside the servers.
    Status in_transaction(const std::function<Status(db::Tx&)>& work);
    // The first column of the first row.
    std::int64_t number(std::string_view text, const db::Values& values = {});

    SimulatedExecutor executor;
    rpc::Settings settings;
    Faults faults;

private:
    FakeClient& accept(ServerProcess& process, UserId user, std::string_view version);
    ServerProcess* process_of(const FakeClient& client);

    void age_servers(Duration by);

    const bool on_postgres_;
    TestDatabase database_;
    std::unique_ptr<db::Connection> side_;
    SeededRandom random_;
    std::uint64_t seed_;
    std::vector<std::unique_ptr<FakeClient>> clients_;
    std::vector<std::unique_ptr<ServerProcess>> processes_;
};

}  // namespace collab::test
