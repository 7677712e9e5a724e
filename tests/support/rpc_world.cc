// SPDX-License-Identifier: Apache-2.0
#include "support/rpc_world.h"

namespace collab::test {

RpcWorld::RpcWorld(Engine engine, std::vector<rpc::Route> routes, std::uint64_t seed,
                   rpc::Settings s)
    : executor(seed), settings(std::move(s)), random(seed), database(engine) {
    side_ = database.open();
    start(std::move(routes));
}

void RpcWorld::start(std::vector<rpc::Route> routes) {
    const auto open = [this]() -> Result<std::unique_ptr<db::Connection>> {
        return database.open();
    };
    writer = std::make_unique<rpc::Writer>(executor, random, settings, services, open);
    reader = std::make_unique<rpc::Reader>(executor, *writer, random, settings, services, open);
    live = std::make_unique<rpc::Live>(executor, *writer, *reader, settings);
    router = std::make_unique<rpc::Router>(*live, std::move(routes));
    const auto row =
        sql("INSERT INTO servers (environment, seen_at) VALUES ('test', 0) RETURNING id");
    const ServerId server{row[0].integer(0)};
    sql("INSERT INTO commit_seq (server_id, seq) VALUES ($1, 0)", {server});
    writer->set_server(server);
    reader->set_server(server);
    live->hub.set_server(server);
}

void RpcWorld::restart(std::vector<rpc::Route> routes) {
    for (auto& client : clients_) {
        if (live->hub.session(client->peer) != nullptr) disconnect(*client);
    }
    settle();
    router.reset();
    live.reset();
    reader.reset();
    writer.reset();
    start(std::move(routes));
}

RpcWorld::~RpcWorld() {
    for (auto& client : clients_) router->on_close(client->peer);
    settle();
}

UserId RpcWorld::user(const std::string& name) {
    const auto rows = sql(
        "INSERT INTO users (github_login, username, created_at, metrics_id) VALUES ($1, $1, 0, $2) "
        "RETURNING id",
        {name, random_uuid(random)});
    return {rows[0].integer(0)};
}

FakeClient& RpcWorld::connect(UserId user, std::string_view version) {
    const PeerId peer = router->next_peer();
    auto client = std::make_unique<FakeClient>(*this, user);
    client->peer = peer;
    rpc::Caller caller;
    caller.user = user;
    caller.peer = peer;
    caller.version = *parse_semver(version);
    caller.base_url = "http://collab.example";
    live->hub.add(std::make_unique<rpc::Session>(std::make_shared<const rpc::Caller>(caller),
                                                 *client, executor, settings.limits));
    return *clients_.emplace_back(std::move(client));
}

void RpcWorld::disconnect(FakeClient& client) {
    client.inbox();
    client.closed = true;
    router->on_close(client.peer);
}

db::Rows RpcWorld::sql(std::string_view text, const db::Values& values) {
    auto rows = side_->query(text, values);
    if (!rows.ok()) {
        ADD_FAILURE() << rows.error().message;
        return {};
    }
    return std::move(rows).value();
}

}  // namespace collab::test
