// SPDX-License-Identifier: Apache-2.0
#include "bench/note_author.h"

#include <algorithm>

#include "text/text_buffer.h"

namespace collab::bench {
namespace {

constexpr std::string_view kText = "word ";

text::Lamport lamport(std::uint32_t value, std::uint32_t replica) {
    return {value, static_cast<std::uint16_t>(replica)};
}

}  // namespace

NoteAuthor::NoteAuthor(const proto::JoinChannelBufferResponse& joined, std::uint64_t seed)
    : random_(seed), replica_(joined.replica_id()) {
    if (!joined.base_text().empty()) {
        version_.observe(text::kBaseText);
        length_ = text::normalise_line_ends(joined.base_text()).size();
        clock_ = text::kBaseText.value;
    }
    for (const auto& operation : joined.operations()) hear(operation);
    place_ = length_;
}

void NoteAuthor::hear(const proto::Operation& operation) {
    const bool is_edit = operation.has_edit();
    const auto at =
        is_edit ? lamport(operation.edit().lamport_timestamp(), operation.edit().replica_id())
                : lamport(operation.undo().lamport_timestamp(), operation.undo().replica_id());
    if (version_.observed(at)) return;
    version_.observe(at);
    clock_ = std::max(clock_, at.value);
    for (const auto& piece : operation.edit().new_text()) length_ += piece.size();
}

template <class Message>
void NoteAuthor::stamp(Message& message) {
    for (const auto& entry : version_.entries()) {
        auto* added = message.add_version();
        added->set_replica_id(entry.replica);
        added->set_timestamp(entry.value);
    }
    message.set_replica_id(replica_);
    message.set_lamport_timestamp(++clock_);
    version_.observe(lamport(clock_, replica_));
}

void NoteAuthor::edit(proto::Operation& operation) {
    if (random_() % 16 == 0) place_ = random_() % (length_ / kText.size() + 1) * kText.size();
    auto& edit = *operation.mutable_edit();
    auto& range = *edit.add_ranges();
    range.set_start(place_);
    range.set_end(random_() % 8 == 0 ? std::min(length_, place_ + kText.size()) : place_);
    edit.add_new_text(std::string(kText));
    stamp(edit);
    last_edit_ = clock_;
    count_ = 0;
    length_ += kText.size();
    place_ = std::min(length_, place_ + kText.size());
}

void NoteAuthor::undo(proto::Operation& operation) {
    auto& undo = *operation.mutable_undo();
    auto& count = *undo.add_counts();
    count.set_replica_id(replica_);
    count.set_lamport_timestamp(last_edit_);
    count.set_count(++count_);
    stamp(undo);
}

proto::Operation NoteAuthor::write() {
    proto::Operation operation;
    if (last_edit_ != 0 && random_() % 20 == 0) {
        undo(operation);
    } else {
        edit(operation);
    }
    return operation;
}

}  // namespace collab::bench
