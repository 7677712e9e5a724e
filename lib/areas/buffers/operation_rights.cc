// SPDX-License-Identifier: Apache-2.0
#include "areas/buffers/operation_rights.h"

#include <algorithm>

namespace collab::buffers {
namespace {

constexpr std::uint32_t kOperations = 3;        // of UpdateBuffer
constexpr std::uint32_t kUpdateSelections = 3;  // of Operation
constexpr std::uint32_t kContextOperation = 3;  // of UpdateContext
constexpr std::uint32_t kBufferOperation = 5;   // of ContextOperation
constexpr std::uint32_t kInnerOperation = 1;    // of ContextOperation.BufferOperation
// An operation has one field; what newer clients may add is scanned no further than this.
constexpr std::size_t kMaxFields = 16;

const Error& unreadable() {
    static const Error error{ErrorCode::invalid, "cannot read the operation"};
    return error;
}

struct Variant {
    std::uint32_t number;
    wire::Bytes bytes;
};

// The one length-delimited field of a message whose fields are all variants.
Result<std::optional<Variant>> only_variant(wire::Bytes message) {
    std::optional<Variant> variant;
    std::size_t fields = 0;
    wire::FieldReader reader(message);
    while (const auto field = reader.next()) {
        if (++fields > kMaxFields) return unreadable();
        if (field->type != wire::WireType::length) continue;
        if (variant) return Error{ErrorCode::invalid, "two variants in one operation"};
        variant = Variant{field->number, field->bytes};
    }
    if (reader.malformed()) return unreadable();
    return variant;
}

}  // namespace

Result<rpc::Right> right_for_operation(wire::Bytes operation) {
    COLLAB_TRY(const auto variant, only_variant(operation));
    return !variant || variant->number == kUpdateSelections ? rpc::Right::read : rpc::Right::write;
}

Result<rpc::Right> right_for_update_buffer(wire::Bytes payload) {
    rpc::Right right = rpc::Right::read;
    wire::FieldReader reader(payload);
    while (const auto field = reader.next()) {
        if (field->number != kOperations) continue;
        if (field->type != wire::WireType::length) return unreadable();
        COLLAB_TRY(const auto needed, right_for_operation(field->bytes));
        right = std::max(right, needed);
    }
    if (reader.malformed()) return unreadable();
    return right;
}

Result<rpc::Right> right_for_update_context(wire::Bytes payload) {
    std::optional<wire::Bytes> operation;
    wire::FieldReader reader(payload);
    while (const auto field = reader.next()) {
        if (field->number != kContextOperation) continue;
        if (operation || field->type != wire::WireType::length) return unreadable();
        operation = field->bytes;
    }
    if (reader.malformed() || !operation) return unreadable();
    COLLAB_TRY(const auto variant, only_variant(*operation));
    if (!variant) return rpc::Right::read;
    if (variant->number != kBufferOperation) return rpc::Right::write;
    COLLAB_TRY(const auto inner, only_variant(variant->bytes));
    if (!inner || inner->number != kInnerOperation) return rpc::Right::write;
    return right_for_operation(inner->bytes);
}

}  // namespace collab::buffers
