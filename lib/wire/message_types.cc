// SPDX-License-Identifier: Apache-2.0
#include "wire/message_types.h"

#include <algorithm>

#include "base/result.h"
#include "proto/envelope.pb.h"

namespace collab::wire {
namespace {

constexpr MessageKind request = MessageKind::request;
constexpr MessageKind response = MessageKind::response;
constexpr MessageKind message = MessageKind::message;

constexpr MessageType kTypes[] = {
#define COLLAB_MESSAGE(tag, name, kind) {tag, #name, kind},
#include "wire/message_types.inc"
#undef COLLAB_MESSAGE
};

}  // namespace

std::span<const MessageType> message_types() {
    return kTypes;
}

const MessageType* find_message_type(std::uint32_t tag) {
    const auto found =
        std::lower_bound(std::begin(kTypes), std::end(kTypes), tag,
                         [](const MessageType& t, std::uint32_t v) { return t.tag < v; });
    return found != std::end(kTypes) && found->tag == tag ? found : nullptr;
}

std::uint32_t find_tag(std::string_view name) {
    for (const auto& type : kTypes) {
        if (type.name == name) return type.tag;
    }
    return 0;
}

std::uint32_t tag_of(const google::protobuf::Descriptor* message) {
    const auto* payload = proto::Envelope::descriptor()->FindOneofByName("payload");
    for (int i = 0; i < payload->field_count(); ++i) {
        if (payload->field(i)->message_type() == message) {
            return static_cast<std::uint32_t>(payload->field(i)->number());
        }
    }
    COLLAB_ASSERT(!"the message has no place in the Envelope");
    return 0;
}

}  // namespace collab::wire
