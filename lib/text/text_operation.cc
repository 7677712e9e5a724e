// SPDX-License-Identifier: Apache-2.0
#include "text/text_operation.h"

#include "base/text.h"

namespace collab::text {
namespace {

Status check_timestamp(Lamport at, const Version& version) {
    if (at.value == 0 || at.value > kMaxLamportValue)
        return Error{ErrorCode::invalid, "operation timestamp is out of range"};
    if (version.max_value() >= at.value)
        return Error{ErrorCode::invalid, "operation is not newer than its own version"};
    return ok();
}

Status check_ranges(const std::vector<Range>& ranges) {
    if (ranges.size() > kMaxRanges) return Error{ErrorCode::too_many, "edit has too many ranges"};
    std::uint64_t previous_end = 0;
    for (const Range& range : ranges) {
        if (range.start > range.end) return Error{ErrorCode::invalid, "edit range is reversed"};
        if (range.start < previous_end)
            return Error{ErrorCode::invalid, "edit ranges are not ascending"};
        previous_end = range.end;
    }
    return ok();
}

Status check_new_text(const std::vector<std::string>& new_text) {
    if (new_text.size() > kMaxRanges) return Error{ErrorCode::too_many, "edit has too many texts"};
    std::size_t bytes = 0;
    for (const std::string& piece : new_text) {
        bytes += piece.size();
        if (bytes > kMaxNewTextBytes) return Error{ErrorCode::too_many, "edit text is too long"};
        if (!is_valid_utf8(piece)) return Error{ErrorCode::invalid, "edit text is not valid UTF-8"};
    }
    return ok();
}

Status check(const Edit& edit) {
    COLLAB_DO(check_timestamp(edit.at, edit.version));
    COLLAB_DO(check_ranges(edit.ranges));
    return check_new_text(edit.new_text);
}

Status check(const Undo& undo) {
    COLLAB_DO(check_timestamp(undo.at, undo.version));
    if (undo.counts.size() > kMaxUndoCounts)
        return Error{ErrorCode::too_many, "undo has too many counts"};
    return ok();
}

std::size_t payload(const Edit& edit) {
    std::size_t bytes = edit.ranges.size() * sizeof(Range);
    for (const std::string& piece : edit.new_text) bytes += sizeof(std::string) + piece.size();
    return bytes;
}

std::size_t payload(const Undo& undo) {
    return undo.counts.size() * sizeof(UndoCount);
}

}  // namespace

Lamport timestamp(const Operation& operation) {
    return std::visit([](const auto& each) { return each.at; }, operation);
}

const Version& version(const Operation& operation) {
    return std::visit([](const auto& each) -> const Version& { return each.version; }, operation);
}

std::size_t footprint(const Operation& operation) {
    const std::size_t rest = std::visit([](const auto& each) { return payload(each); }, operation);
    return sizeof(Operation) + version(operation).entries().size() * sizeof(Lamport) + rest;
}

Status check_shape(const Operation& operation) {
    return std::visit([](const auto& each) { return check(each); }, operation);
}

}  // namespace collab::text
