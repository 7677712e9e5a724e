// SPDX-License-Identifier: Apache-2.0
#pragma once

// The text of one epoch of channel notes: takes operations in causal order and gives the text that
// every client shows (spec 2, 9.2 to 9.7, with the mended rule of spec 9.12). Early operations are
// kept by DeferredOperations, not here.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "text/fragment_tree.h"
#include "text/text_operation.h"

namespace collab::text {

enum class Outcome {
    applied,    // it is part of the text now
    duplicate,  // its timestamp was observed before; nothing changed
    early,      // it needs an operation that is not here yet; nothing changed
};

// A fragment as the spec writes it: insertion, offset in the insertion's text, length, visible.
struct FragmentInfo {
    Lamport insertion;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    bool visible = true;

    bool operator==(const FragmentInfo&) const = default;
};

// Use from one thread at a time. An operation takes time logarithmic in the number of fragments,
// plus linear in what it deletes, undoes and reaches over that its author had not seen.
class TextBuffer {
public:
    // An epoch that begins with `base_text`, whose line ends become LF first. Non-empty text is
    // one insertion with timestamp kBaseText, and observed.
    explicit TextBuffer(std::string_view base_text);
    TextBuffer(TextBuffer&&) = default;
    TextBuffer& operator=(TextBuffer&&) = default;

    // Error: what check_shape finds, or (invalid) ranges beyond the versioned length or cutting a
    // character. Nothing has changed then, and the operation has not been observed.
    Result<Outcome> apply(const Operation& operation);

    bool observed(Lamport at) const { return version_.observed(at); }
    // Whether all that `needed` names has been applied, so an operation with that version is not
    // early.
    bool covers(const Version& needed) const { return version_.covers(needed); }
    // What has been applied, the base text included.
    const Version& version() const { return version_; }

    std::string text() const;
    std::uint64_t visible_bytes() const { return tree_.visible_bytes(); }

    // In order, deleted ones included: for tests and for a look at a note that is in doubt.
    std::vector<FragmentInfo> fragments() const;

private:
    Result<Outcome> apply_edit(const Edit& edit);
    void apply_undo(const Undo& undo);
    Result<FragmentTree::Cursor> check_ranges(const Edit& edit, const View& view) const;
    void replace(FragmentTree::Cursor& cursor, Range range, EditRecord& record,
                 std::uint64_t text_offset, std::uint64_t text_length, const View& view);
    void erase(FragmentTree::Cursor& cursor, std::uint64_t end, EditRecord& record,
               const View& view);
    void refresh_visibility(const EditRecord& record);

    FragmentTree tree_;
    // Addresses stay the same. Those of edits that are not here yet have nothing but undos.
    std::unordered_map<Lamport, EditRecord, LamportHash> edits_;
    Version version_;
};

// CRLF and lone CR become LF, as in a base text.
std::string normalise_line_ends(std::string_view text);

}  // namespace collab::text
