// SPDX-License-Identifier: Apache-2.0
#include "support/server_world.h"

namespace collab::test {

ServerProcess::ServerProcess(SimulatedExecutor& executor, TestDatabase& database,
                             rpc::Settings settings, const Faults& faults, std::uint64_t seed)
    : database_(database), faults_(through(faults)), random_(seed) {
    core_ = std::make_unique<server::Core>(executor, random_, std::move(settings), connect(),
                                           connect());
}

// The faults of the world, and those of a process that is dead.
Faults ServerProcess::through(const Faults& faults) {
    Faults own;
    own.statement = [&faults] { return faults.statement(); };
    own.transaction = [&faults] { return faults.transaction(); };
    own.lose_connection = [this, &faults] { return !alive_ || faults.lose_connection(); };
    own.refuse_connect = [this, &faults] { return !alive_ || faults.refuse_connect(); };
    own.commit = [&faults] { return faults.commit(); };
    return own;
}

rpc::Writer::Connect ServerProcess::connect() {
    return [this]() -> Result<std::unique_ptr<db::Connection>> {
        if (faults_.refuse_connect()) {
            return Error{ErrorCode::unavailable, "database: nobody listens"};
        }
        return make_faulty(database_.open(), faults_);
    };
}

void ServerProcess::kill() {
    alive_ = false;
    core_->stop();
    std::vector<PeerId> peers;
    core_->live().hub.for_each_session(
        [&](const rpc::Session& session) { peers.push_back(session.peer()); });
    for (const auto peer : peers) core_->router().on_close(peer);
}

ServerWorld::ServerWorld(Engine engine, std::uint64_t seed, rpc::Settings s)
    : executor(seed),
      settings(std::move(s)),
      on_postgres_(engine == Engine::postgres),
      database_(engine),
      random_(seed),
      seed_(seed) {
    side_ = database_.open();
    start();
}

ServerWorld::~ServerWorld() {
    faults = Faults();
    for (auto& process : processes_) process->kill();
    // Whoever still waits for the database gives up after that long.
    executor.advance(settings.database_patience + std::chrono::seconds(5));
}

ServerProcess& ServerWorld::start() {
    processes_.push_back(
        std::make_unique<ServerProcess>(executor, database_, settings, faults, ++seed_));
    core().start([](const Status& status) {
        EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
    });
    settle();
    EXPECT_TRUE(core().ready());
    return current();
}

void ServerWorld::kill(ServerProcess& process) {
    for (auto& client : clients_) {
        if (process_of(*client) != &process) continue;
        client->inbox();
        client->closed = true;
    }
    process.kill();
}

void ServerWorld::stop() {
    core().stop();
    settle();
    for (auto& client : clients_) {
        if (process_of(*client) == &current() && !client->closed) drop(*client);
    }
    settle();
    current().kill();
}

UserId ServerWorld::user(const std::string& name) {
    const auto rows = sql(
        "INSERT INTO users (github_login, username, created_at, metrics_id) VALUES ($1, $1, 0, $2) "
        "RETURNING id",
        {name, random_uuid(random_)});
    return {rows[0].integer(0)};
}

FakeClient& ServerWorld::connect(UserId user, std::string_view version) {
    return connect(current(), user, version);
}

FakeClient& ServerWorld::connect(ServerProcess& process, UserId user, std::string_view version) {
    auto& client = accept(process, user, version);
    settle();
    return client;
}

FakeClient& ServerWorld::connect_later(UserId user) {
    return accept(current(), user, "1.14.0");
}

FakeClient& ServerWorld::accept(ServerProcess& process, UserId user, std::string_view version) {
    auto& client = *clients_.emplace_back(std::make_unique<FakeClient>(*this, user));
    rpc::Caller caller;
    caller.user = user;
    caller.version = *parse_semver(version);
    caller.base_url = "http://collab.example";
    client.peer = process.core().accept(std::move(caller), client).peer();
    return client;
}

void ServerWorld::drop(FakeClient& client) {
    auto* process = process_of(client);
    client.inbox();
    client.closed = true;
    if (process != nullptr) process->core().closed(client.peer);
}

void ServerWorld::closed_by_server(FakeClient& client) {
    executor.post(Lane::loop, [this, &client] {
        if (auto* process = process_of(client)) process->core().closed(client.peer);
    });
}

ServerProcess* ServerWorld::process_of(const FakeClient& client) {
    for (auto& process : processes_) {
        const bool own = process->core().server().value == client.peer.server;
        if (own && process->alive()) return process.get();
    }
    return nullptr;
}

void ServerWorld::settle() {
    executor.run();
    for (auto& client : clients_) client->inbox();
}

// In small steps, so that who reads reads in time.
void ServerWorld::advance(Duration by) {
    constexpr Duration kStep = std::chrono::seconds(1);
    for (; by > Duration::zero(); by -= std::min(by, kStep)) {
        executor.advance(std::min(by, kStep));
        if (on_postgres_) age_servers(std::min(by, kStep));
        settle();
    }
}

// PostgreSQL stamps server rows by a clock of its own, which stands still for us.
void ServerWorld::age_servers(Duration by) {
    sql("UPDATE servers SET seen_at = seen_at - $1",
        {std::chrono::duration_cast<std::chrono::milliseconds>(by).count()});
}

rpc::Router* ServerWorld::router_of(const FakeClient& client) {
    auto* process = process_of(client);
    return process != nullptr ? &process->core().router() : nullptr;
}

db::Rows ServerWorld::sql(std::string_view text, const db::Values& values) {
    auto rows = side_->query(text, values);
    if (!rows.ok()) {
        ADD_FAILURE() << rows.error().message;
        return {};
    }
    return std::move(rows).value();
}

Status ServerWorld::in_transaction(const std::function<Status(db::Tx&)>& work) {
    COLLAB_DO(side_->begin_read());
    db::Tx tx(*side_);
    Status status = work(tx);
    side_->rollback();
    return status;
}

std::int64_t ServerWorld::number(std::string_view text, const db::Values& values) {
    const auto rows = sql(text, values);
    return rows.size() > 0 ? rows[0].integer(0) : 0;
}

}  // namespace collab::test
