// SPDX-License-Identifier: Apache-2.0
#pragma once

// Operations of channel notes between the wire, the text library and their stored form: a stored
// value is the encoded proto::Operation with an Edit or an Undo in it (spec 2, 8.7). No SQL.

#include <string>
#include <string_view>

#include "base/result.h"
#include "proto/text.pb.h"
#include "text/text_operation.h"

namespace collab::notes {

// Whether it is an Edit or an Undo: what is stored, and what needs the right to edit.
bool changes_text(const proto::Operation& operation);

// Requires changes_text(). Error invalid: a replica id above 65535. All else that may be wrong with
// it is up to text::check_shape and TextBuffer.
Result<text::Operation> parse_operation(const proto::Operation& operation);

// Entries with timestamp 0 mean nothing. Error invalid: a replica id above 65535.
template <class Entries>
Result<text::Version> parse_version(const Entries& entries);
template <class Entries>
void put_version(const text::Version& version, Entries* entries);

proto::Operation make_operation(const text::Operation& operation);

std::string encode_operation(const text::Operation& operation);
// Error internal: not what encode_operation() writes.
Result<proto::Operation> decode_operation(std::string_view value);

// --- implementation

inline constexpr std::uint32_t kMaxReplica = 65535;

template <class Entries>
Result<text::Version> parse_version(const Entries& entries) {
    text::Version version;
    for (const auto& entry : entries) {
        if (entry.timestamp() == 0) continue;
        if (entry.replica_id() > kMaxReplica) {
            return Error{ErrorCode::invalid, "a replica id is above 65535"};
        }
        version.observe({entry.timestamp(), static_cast<std::uint16_t>(entry.replica_id())});
    }
    return version;
}

template <class Entries>
void put_version(const text::Version& version, Entries* entries) {
    for (const auto& entry : version.entries()) {
        auto* added = entries->Add();
        added->set_replica_id(entry.replica);
        added->set_timestamp(entry.value);
    }
}

}  // namespace collab::notes
