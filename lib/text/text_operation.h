// SPDX-License-Identifier: Apache-2.0
#pragma once

// The two operations that change the text of channel notes (spec 2, 9.4 and 9.5), and what can be
// said against one without knowing the text (spec 2, 9.7).

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "text/lamport.h"

namespace collab::text {

// Byte offsets into everything the author had seen at its version, deleted text included.
struct Range {
    std::uint64_t start = 0;
    std::uint64_t end = 0;

    bool operator==(const Range&) const = default;
};

// Replaces ranges[i] by new_text[i]; extra items of the longer list mean nothing.
struct Edit {
    Lamport at;
    Version version;  // all that the author had applied before, the base text included
    std::vector<Range> ranges;
    std::vector<std::string> new_text;

    bool operator==(const Edit&) const = default;
};

// An odd count undoes the edit, an even one redoes it; the greatest count of an edit wins.
struct UndoCount {
    Lamport edit;
    std::uint32_t count = 0;

    bool operator==(const UndoCount&) const = default;
};

struct Undo {
    Lamport at;
    Version version;
    std::vector<UndoCount> counts;

    bool operator==(const Undo&) const = default;
};

using Operation = std::variant<Edit, Undo>;

Lamport timestamp(const Operation& operation);
const Version& version(const Operation& operation);

// About how much memory the operation takes, in bytes: what a limit on held operations counts.
std::size_t footprint(const Operation& operation);

// Limits on one operation (decisions 29 and spec 2, 9.7).
inline constexpr std::size_t kMaxNewTextBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxRanges = 65'536;
inline constexpr std::size_t kMaxUndoCounts = 65'536;

// Error invalid: a timestamp of 0 or above kMaxLamportValue, or not greater than every value in the
// operation's own version; ranges that are reversed, descending or overlapping; text that is not
// UTF-8. Error too_many: over a limit above. An undo may name edits that are not there yet.
// An operation that passes may still be refused by TextBuffer::apply, which knows the text.
Status check_shape(const Operation& operation);

}  // namespace collab::text
