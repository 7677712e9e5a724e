// SPDX-License-Identifier: Apache-2.0
#include "support/fake_client.h"

namespace collab::test {

rpc::Session* FakeClient::session() {
    auto* router = ground_.router_of(*this);
    return router != nullptr ? router->live().hub.session(peer) : nullptr;
}

void FakeClient::deliver(const std::string& envelope) {
    if (auto* to = session()) {
        ground_.router_of(*this)->on_message(*to,
                                             wire::as_bytes(*wire::pack(wire::as_bytes(envelope))));
    }
}

std::uint32_t FakeClient::post_raw(std::uint32_t tag, const std::string& payload) {
    const std::uint32_t id = next_id_++;
    std::string envelope;
    wire::put_varint_field(envelope, 1, id);
    wire::put_bytes_field(envelope, tag, payload);
    deliver(envelope);
    return id;
}

std::uint32_t FakeClient::send_raw(std::uint32_t tag, const std::string& payload) {
    const auto id = post_raw(tag, payload);
    ground_.settle();
    return id;
}

void FakeClient::post_reply_raw(const Received& to, std::uint32_t tag, const std::string& payload) {
    std::string envelope;
    wire::put_varint_field(envelope, 1, 0);
    wire::put_varint_field(envelope, 2, to.envelope.id());
    wire::put_bytes_field(envelope, tag, payload);
    deliver(envelope);
}

void FakeClient::reply_raw(const Received& to, std::uint32_t tag, const std::string& payload) {
    post_reply_raw(to, tag, payload);
    ground_.settle();
}

void FakeClient::take(std::size_t messages) {
    while (messages-- > 0) {
        auto* from = session();
        if (from == nullptr) return;
        const auto frame = from->next_frame();
        if (!frame) return;
        receive(*frame);
    }
}

void FakeClient::receive(const wire::Frame& frame) {
    static wire::Decoder decoder;
    std::string bytes = *frame.body;
    bytes.append(wire::as_text(frame.tail.bytes()));
    const auto envelope = decoder.decode(wire::as_bytes(bytes));
    ASSERT_TRUE(envelope.ok()) << envelope.error().message;
    const auto peeked = wire::peek(*envelope);
    ASSERT_TRUE(peeked.ok());
    Received received;
    // Parsed whole: protobuf merges what the tail adds, as a client's decoder does.
    const auto size = static_cast<int>(envelope->size());
    ASSERT_TRUE(received.envelope.ParseFromArray(envelope->data(), size));
    received.tag = peeked->tag;
    received.payload = std::string(wire::as_text(peeked->payload));
    const auto* reflection = received.envelope.GetReflection();
    const auto* field =
        received.envelope.GetDescriptor()->FindFieldByNumber(static_cast<int>(peeked->tag));
    if (field != nullptr) {
        received.payload = reflection->GetMessage(received.envelope, field).SerializeAsString();
    }
    // HACKING.md, "order" 2: clients rely on it.
    const auto id = received.envelope.id();
    EXPECT_TRUE(!last_received_ || *last_received_ < id) << *last_received_ << " before " << id;
    last_received_ = id;
    inbox_.push_back(std::move(received));
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

void FakeClient::close(std::uint16_t code, std::string_view reason) {
    drain();
    closed = true;
    close_code = code;
    close_reason = reason;
    ground_.closed_by_server(*this);
}

}  // namespace collab::test
