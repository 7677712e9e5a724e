// SPDX-License-Identifier: Apache-2.0
#include "wire/parse_cost.h"

#include <google/protobuf/descriptor.h>

#include <vector>

namespace collab::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// A number in a field of its own costs 1.
constexpr std::size_t kPiece = 4;        // a message, a string, an unknown field: memory of its own
constexpr std::size_t kPackedBytes = 4;  // of packed numbers for 1
constexpr std::size_t kMaxDepth = 100;   // where protobuf stops

struct Level {
    FieldReader fields;
    const Descriptor* type;
};

std::size_t cost_of(const Field& field, const FieldDescriptor* known) {
    if (field.type != WireType::length) return 1;
    const bool packed = known != nullptr && known->is_packable();
    return packed ? 1 + field.bytes.size() / kPackedBytes : kPiece;
}

Error too_many_parts() {
    return {ErrorCode::too_many, "the message has too many parts"};
}

Error unreadable() {
    return {ErrorCode::malformed, "cannot read the message"};
}

}  // namespace

Status check_parse_cost(Bytes payload, const Descriptor* type) {
    std::size_t cost = 0;
    std::vector<Level> levels{{FieldReader(payload), type}};
    while (!levels.empty()) {
        const auto field = levels.back().fields.next();
        if (!field) {
            if (levels.back().fields.malformed()) break;
            levels.pop_back();
            continue;
        }
        const auto* known = levels.back().type->FindFieldByNumber(static_cast<int>(field->number));
        cost += cost_of(*field, known);
        if (cost > kMaxParseCost) {
            return too_many_parts();
        }
        const bool nested = known != nullptr && field->type == WireType::length &&
                            known->type() == FieldDescriptor::TYPE_MESSAGE;
        if (!nested) continue;
        if (levels.size() > kMaxDepth) break;
        levels.push_back({FieldReader(field->bytes), known->message_type()});
    }
    if (levels.empty()) return ok();
    return unreadable();
}

Status check_fields(Bytes payload) {
    std::size_t count = 0;
    FieldReader fields(payload);
    while (fields.next()) {
        if (++count > kMaxParseCost) return too_many_parts();
    }
    if (fields.malformed()) return unreadable();
    return ok();
}

}  // namespace collab::wire
