// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads protobuf fields by hand, one after the other, without a schema: for what is relayed unread
// but for a field or two. Never allocates; a view lives as long as the bytes it was read from.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace collab::wire {

using Bytes = std::span<const std::uint8_t>;

inline std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, length = 2, fixed32 = 5 };

struct Field {
    std::uint32_t number;
    WireType type;
    std::uint64_t varint;  // varint, fixed32 and fixed64
    Bytes bytes;           // length
    Bytes whole;           // the field with its tag, as it stands on the wire
};

// Groups, field number 0, truncated and overlong varints are malformed.
class FieldReader {
public:
    explicit FieldReader(Bytes message) : rest_(message) {}

    // The next field; nothing at the end or when the message is malformed.
    std::optional<Field> next();
    // Requires that next() returned nothing.
    bool malformed() const { return malformed_; }

private:
    std::optional<std::uint64_t> read_varint();

    Bytes rest_;
    bool malformed_ = false;
};

// Writes fields by hand, zeros included: a tail must overwrite (wire/frame.h).
void put_varint(std::string& out, std::uint64_t value);
void put_varint_field(std::string& out, std::uint32_t number, std::uint64_t value);
void put_bytes_field(std::string& out, std::uint32_t number, std::string_view bytes);

}  // namespace collab::wire
