// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the server needs to know of an envelope before anything is parsed.

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "wire/fields.h"

namespace collab::wire {

// Views into the envelope's bytes.
struct Peeked {
    std::uint32_t id = 0;
    std::optional<std::uint32_t> responding_to;
    std::uint32_t tag = 0;  // of the payload; 0 when there is none
    Bytes payload;
    // The bytes may be relayed as they are, with a tail behind them: exactly one payload, `id` at
    // most once, no original_sender_id, no ack_id, nothing else. Otherwise encode payload anew.
    bool relayable = false;
};

// Scans every top-level field. A second payload replaces the first, as in protobuf. Error invalid:
// malformed, or more than 1,024 fields; the connection is closed then.
Result<Peeked> peek(Bytes envelope);

// What stands before the payload of an envelope that was too long to decode; nothing else is known
// of it.
struct Head {
    std::optional<std::uint32_t> id;
    std::optional<std::uint32_t> responding_to;
};
Head peek_head(Bytes head);

// The first varint field with this number, 0 when absent; nothing when the message is malformed or
// has the field twice (a second value would be what the receiver sees, decisions 12).
std::optional<std::uint64_t> peek_varint(Bytes message, std::uint32_t number);

}  // namespace collab::wire
