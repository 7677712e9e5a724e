// SPDX-License-Identifier: Apache-2.0
#include "support/rpc_world.h"

namespace collab::test {

std::uint32_t FakeClient::post_raw(std::uint32_t tag, const std::string& payload) {
    const std::uint32_t id = next_id_++;
    std::string envelope;
    wire::put_varint_field(envelope, 1, id);
    wire::put_bytes_field(envelope, tag, payload);
    if (auto* session = world_.live->hub.session(peer)) {
        world_.router->on_message(*session, wire::as_bytes(*wire::pack(wire::as_bytes(envelope))));
    }
    return id;
}

std::uint32_t FakeClient::send_raw(std::uint32_t tag, const std::string& payload) {
    const auto id = post_raw(tag, payload);
    world_.settle();
    return id;
}

void FakeClient::reply_raw(const Received& to, std::uint32_t tag, const std::string& payload) {
    std::string envelope;
    wire::put_varint_field(envelope, 1, 0);
    wire::put_varint_field(envelope, 2, to.envelope.id());
    wire::put_bytes_field(envelope, tag, payload);
    if (auto* session = world_.live->hub.session(peer)) {
        world_.router->on_message(*session, wire::as_bytes(*wire::pack(wire::as_bytes(envelope))));
    }
    world_.settle();
}

void FakeClient::take(std::size_t messages) {
    static wire::Decoder decoder;
    while (messages-- > 0) {
        auto* session = world_.live->hub.session(peer);
        if (session == nullptr) return;
        const auto frame = session->next_frame();
        if (!frame) return;
        std::string bytes = *frame->body;
        bytes.append(wire::as_text(frame->tail.bytes()));
        const auto envelope = decoder.decode(wire::as_bytes(bytes));
        ASSERT_TRUE(envelope.ok()) << envelope.error().message;
        const auto peeked = wire::peek(*envelope);
        ASSERT_TRUE(peeked.ok());
        Received received;
        // Parsed whole: protobuf merges what the tail adds, as a client's decoder does.
        ASSERT_TRUE(
            received.envelope.ParseFromArray(envelope->data(), static_cast<int>(envelope->size())));
        received.tag = peeked->tag;
        received.payload = std::string(wire::as_text(peeked->payload));
        const auto* reflection = received.envelope.GetReflection();
        const auto* field =
            received.envelope.GetDescriptor()->FindFieldByNumber(static_cast<int>(peeked->tag));
        if (field != nullptr) {
            received.payload = reflection->GetMessage(received.envelope, field).SerializeAsString();
        }
        inbox_.push_back(std::move(received));
    }
}

void FakeClient::drain() {
    if (reading) take(SIZE_MAX);
}

const std::vector<Received>& FakeClient::inbox() {
    drain();
    return inbox_;
}

bool FakeClient::answered(std::uint32_t id) {
    for (const auto& each : inbox()) {
        if (each.envelope.has_responding_to() && each.envelope.responding_to() == id) return true;
    }
    return false;
}

Received FakeClient::answer_to(std::uint32_t id) {
    for (const auto& each : inbox()) {
        if (each.envelope.has_responding_to() && each.envelope.responding_to() == id) return each;
    }
    ADD_FAILURE() << "no answer to request " << id;
    return {};
}

std::vector<Received> FakeClient::received_raw(std::uint32_t tag) {
    std::vector<Received> found;
    for (const auto& each : inbox()) {
        if (each.tag == tag && !each.envelope.has_responding_to()) found.push_back(each);
    }
    return found;
}

void FakeClient::close(std::uint16_t code, std::string_view) {
    drain();
    closed = true;
    close_code = code;
}

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
    auto client = std::make_unique<FakeClient>(*this, user, peer);
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
