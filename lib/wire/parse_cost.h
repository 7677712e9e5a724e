// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a payload would cost to parse, told by its fields before protobuf sees it: two bytes of an
// empty repeated message become a hundred bytes of memory and their time, so the number of bytes
// alone bounds neither (S4).

#include <cstddef>

#include "base/result.h"
#include "wire/fields.h"

namespace google::protobuf {
class Descriptor;
}

namespace collab::wire {

// Shorter payloads are not looked at: they cannot cost more than a few MB.
inline constexpr std::size_t kCostlyFromBytes = std::size_t{64} << 10;
// 262,144 messages and strings, four times as many numbers, sixteen times as many packed ones: some
// 60 MB and 120 ms. The largest message that clients make lists the branches of a repository, about
// eight parts each; most have a few thousand parts.
inline constexpr std::size_t kMaxParseCost = std::size_t{1} << 20;

// Walks through `payload`, nested messages too, until it is clear. Errors: too_many, when parsing
// it as `type` costs more than kMaxParseCost; malformed, when it is that. Thread: any.
Status check_parse_cost(Bytes payload, const google::protobuf::Descriptor* type);

// Of what is relayed unread: the same errors, for its own fields only, kMaxParseCost of them.
Status check_fields(Bytes payload);

}  // namespace collab::wire
