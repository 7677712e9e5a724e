// SPDX-License-Identifier: Apache-2.0
#include "wire/peek.h"

namespace collab::wire {
namespace {

constexpr std::uint32_t kId = 1;
constexpr std::uint32_t kRespondingTo = 2;
constexpr std::uint32_t kOriginalSender = 3;
constexpr std::uint32_t kAckId = 266;
// An envelope has five fields at most; with millions of them its scan alone would take long.
constexpr int kMaxFields = 1024;

}  // namespace

Result<Peeked> peek(Bytes envelope) {
    Peeked peeked;
    int ids = 0;
    int answers = 0;
    int payloads = 0;
    int fields = 0;
    bool foreign = false;
    FieldReader reader(envelope);
    while (const auto field = reader.next()) {
        if (++fields > kMaxFields) return Error{ErrorCode::invalid, "too many envelope fields"};
        if (field->number == kId && field->type == WireType::varint) {
            peeked.id = static_cast<std::uint32_t>(field->varint);
            ++ids;
        } else if (field->number == kRespondingTo && field->type == WireType::varint) {
            peeked.responding_to = static_cast<std::uint32_t>(field->varint);
            ++answers;
        } else if (field->number == kOriginalSender || field->number == kAckId) {
            foreign = true;
        } else if (field->type == WireType::length && field->number > kOriginalSender) {
            peeked.tag = field->number;
            peeked.payload = field->bytes;
            ++payloads;
        } else {
            foreign = true;
        }
    }
    if (reader.malformed()) return Error{ErrorCode::invalid, "malformed envelope"};
    peeked.relayable = payloads == 1 && ids <= 1 && answers <= 1 && !foreign;
    return peeked;
}

Head peek_head(Bytes head) {
    Head found;
    FieldReader reader(head);
    while (const auto field = reader.next()) {
        if (field->type != WireType::varint) break;
        const auto value = static_cast<std::uint32_t>(field->varint);
        if (field->number == kId) {
            found.id = value;
        } else if (field->number == kRespondingTo) {
            found.responding_to = value;
        } else {
            break;
        }
    }
    return found;
}

std::optional<std::uint64_t> peek_varint(Bytes message, std::uint32_t number) {
    std::optional<std::uint64_t> value;
    FieldReader reader(message);
    while (const auto field = reader.next()) {
        if (field->number != number) continue;
        if (value || field->type != WireType::varint) return {};
        value = field->varint;
    }
    if (reader.malformed()) return {};
    return value.value_or(0);
}

}  // namespace collab::wire
