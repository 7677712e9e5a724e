// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/note_operations.h"

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

void put(const text::Edit& edit, proto::Operation::Edit* message) {
    message->set_replica_id(edit.at.replica);
    message->set_lamport_timestamp(edit.at.value);
    put_version(edit.version, message->mutable_version());
    for (const auto& range : edit.ranges) {
        auto* added = message->add_ranges();
        added->set_start(range.start);
        added->set_end(range.end);
    }
    for (const auto& piece : edit.new_text) message->add_new_text(piece);
}

void put(const text::Undo& undo, proto::Operation::Undo* message) {
    message->set_replica_id(undo.at.replica);
    message->set_lamport_timestamp(undo.at.value);
    put_version(undo.version, message->mutable_version());
    for (const auto& entry : undo.counts) {
        auto* added = message->add_counts();
        added->set_replica_id(entry.edit.replica);
        added->set_lamport_timestamp(entry.edit.value);
        added->set_count(entry.count);
    }
}

}  // namespace

bool changes_text(const proto::Operation& operation) {
    return operation.has_edit() || operation.has_undo();
}

Result<text::Operation> parse_operation(const proto::Operation& operation) {
    return operation.has_edit() ? parse_edit(operation.edit()) : parse_undo(operation.undo());
}

proto::Operation make_operation(const text::Operation& operation) {
    proto::Operation message;
    if (const auto* edit = std::get_if<text::Edit>(&operation)) {
        put(*edit, message.mutable_edit());
    } else {
        put(std::get<text::Undo>(operation), message.mutable_undo());
    }
    return message;
}

std::string encode_operation(const text::Operation& operation) {
    return make_operation(operation).SerializeAsString();
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
