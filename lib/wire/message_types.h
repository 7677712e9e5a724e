// SPDX-License-Identifier: Apache-2.0
#pragma once

// The names of all payload tags, also of those that have no schema here.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace google::protobuf {
class Descriptor;
}

namespace collab::wire {

// How a type may be used (spec envelope.csv, column kind; decisions 6).
enum class MessageKind { request, response, message };

struct MessageType {
    std::uint32_t tag;
    std::string_view name;
    MessageKind kind;
};

// Ascending by tag.
std::span<const MessageType> message_types();
// Null when no client of ours knows the tag.
const MessageType* find_message_type(std::uint32_t tag);
// 0 when there is no such name.
std::uint32_t find_tag(std::string_view name);

// The envelope tag of a message with a schema. Requires that the Envelope has a field for it.
std::uint32_t tag_of(const google::protobuf::Descriptor* message);

template <class M>
std::uint32_t tag_of() {
    static const std::uint32_t tag = tag_of(M::descriptor());
    return tag;
}

}  // namespace collab::wire
