// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/note_operations.h"

#include <variant>

#include "wire/fields.h"

namespace collab::notes {
namespace {

template <class Message>
Result<text::Lamport> parse_timestamp(const Message& message) {
    if (message.replica_id() > kMaxReplica) {
        return Error{ErrorCode::invalid, "a replica id is above 65535"};
    }
    return text::Lamport{message.lamport_timestamp(),
                         static_cast<std::uint16_t>(message.replica_id())};
}

Result<text::Operation> parse_edit(const proto::Operation::Edit& message) {
    text::Edit edit;
    COLLAB_TRY(edit.at, parse_timestamp(message));
    COLLAB_TRY(edit.version, parse_version(message.version()));
    edit.ranges.reserve(static_cast<std::size_t>(message.ranges_size()));
    for (const auto& range : message.ranges()) edit.ranges.push_back({range.start(), range.end()});
    edit.new_text.assign(message.new_text().begin(), message.new_text().end());
    return text::Operation(std::move(edit));
}

Result<text::Operation> parse_undo(const proto::Operation::Undo& message) {
    text::Undo undo;
    COLLAB_TRY(undo.at, parse_timestamp(message));
    COLLAB_TRY(undo.version, parse_version(message.version()));
    for (const auto& entry : message.counts()) {
        COLLAB_TRY(const auto edit, parse_timestamp(entry));
        undo.counts.push_back({edit, entry.count()});
    }
    return text::Operation(std::move(undo));
}

// The encoding of a proto::Operation, field by field: making the message first costs more than all
// else that becomes of an operation here. note_histories_test compares the two.

void put_number(std::string& out, std::uint32_t field, std::uint64_t value) {
    if (value != 0) wire::put_varint_field(out, field, value);
}

// What an Edit and an Undo begin with.
void put_head(std::string& out, text::Lamport at, const text::Version& version) {
    put_number(out, 1, at.replica);
    put_number(out, 2, at.value);
    std::string entry;
    for (const auto& seen : version.entries()) {
        entry.clear();
        put_number(entry, 1, seen.replica);
        put_number(entry, 2, seen.value);
        wire::put_bytes_field(out, 3, entry);
    }
}

std::string encode(const text::Edit& edit) {
    std::string out;
    put_head(out, edit.at, edit.version);
    std::string item;
    for (const auto& range : edit.ranges) {
        item.clear();
        put_number(item, 1, range.start);
        put_number(item, 2, range.end);
        wire::put_bytes_field(out, 4, item);
    }
    for (const auto& piece : edit.new_text) wire::put_bytes_field(out, 5, piece);
    return out;
}

std::string encode(const text::Undo& undo) {
    std::string out;
    put_head(out, undo.at, undo.version);
    std::string item;
    for (const auto& entry : undo.counts) {
        item.clear();
        put_number(item, 1, entry.edit.replica);
        put_number(item, 2, entry.edit.value);
        put_number(item, 3, entry.count);
        wire::put_bytes_field(out, 4, item);
    }
    return out;
}

}  // namespace

bool changes_text(const proto::Operation& operation) {
    return operation.has_edit() || operation.has_undo();
}

Result<text::Operation> parse_operation(const proto::Operation& operation) {
    return operation.has_edit() ? parse_edit(operation.edit()) : parse_undo(operation.undo());
}

std::string encode_operation(const text::Operation& operation) {
    const std::string variant =
        std::visit([](const auto& each) { return encode(each); }, operation);
    std::string out;
    const bool edit = std::holds_alternative<text::Edit>(operation);
    wire::put_bytes_field(out, edit ? 1 : 2, variant);
    return out;
}

proto::Operation make_operation(const text::Operation& operation) {
    proto::Operation message;
    const bool parsed = message.ParseFromString(encode_operation(operation));
    COLLAB_ASSERT(parsed);
    return message;
}

Result<proto::Operation> decode_operation(std::string_view value) {
    proto::Operation message;
    if (!message.ParseFromArray(value.data(), static_cast<int>(value.size())) ||
        !changes_text(message)) {
        return Error{ErrorCode::internal, "a stored operation cannot be read"};
    }
    return message;
}

}  // namespace collab::notes
