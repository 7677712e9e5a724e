// SPDX-License-Identifier: Apache-2.0
#include "text/text_buffer.h"

#include <algorithm>

#include "base/text.h"

namespace collab::text {
namespace {

std::size_t pair_count(const Edit& edit) {
    return std::min(edit.ranges.size(), edit.new_text.size());
}

bool names_an_operation(Lamport at) {
    return at.value != 0 && at.value <= kMaxLamportValue;
}

// Keeps one count per undo operation: in one operation the last count of an edit wins.
void set_count(EditRecord& record, Lamport undo, std::uint32_t count) {
    if (record.undos.empty() || record.undos.back().first != undo) {
        record.undos.emplace_back(undo, count);
    } else {
        record.undos.back().second = count;
    }
}

}  // namespace

std::string normalise_line_ends(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool carriage_return = text[i] == '\r';
        result.push_back(carriage_return ? '\n' : text[i]);
        if (carriage_return && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    }
    return result;
}

TextBuffer::TextBuffer(std::string_view base_text) {
    if (base_text.empty()) return;
    EditRecord& base = edits_[kBaseText];
    base.at = kBaseText;
    base.text = normalise_line_ends(base_text);
    auto cursor = tree_.begin();
    tree_.insert(cursor, base, 0, base.text.size());
    version_.observe(kBaseText);
}

Result<Outcome> TextBuffer::apply(const Operation& operation) {
    COLLAB_DO(check_shape(operation));
    if (version_.observed(timestamp(operation))) return Outcome::duplicate;
    if (!version_.covers(text::version(operation))) return Outcome::early;
    if (const auto* edit = std::get_if<Edit>(&operation)) return apply_edit(*edit);
    apply_undo(std::get<Undo>(operation));
    return Outcome::applied;
}

Result<Outcome> TextBuffer::apply_edit(const Edit& edit) {
    const View view(edit.version, version_);
    COLLAB_TRY(auto cursor, check_ranges(edit, view));
    const std::size_t count = pair_count(edit);
    if (count > 0) {
        EditRecord& record = edits_[edit.at];
        record.at = edit.at;
        for (std::size_t i = 0; i < count; ++i) record.text += edit.new_text[i];
        std::uint64_t offset = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint64_t length = edit.new_text[i].size();
            replace(cursor, edit.ranges[i], record, offset, length, view);
            offset += length;
        }
        if (!record.undos.empty()) refresh_visibility(record);  // its undo came first
    }
    version_.observe(edit.at);
    return Outcome::applied;
}

// Where the first range begins, so that its place is looked up once.
Result<FragmentTree::Cursor> TextBuffer::check_ranges(const Edit& edit, const View& view) const {
    auto cursor = tree_.begin();
    auto first = cursor;
    for (std::size_t i = 0; i < pair_count(edit); ++i) {
        for (const std::uint64_t offset : {edit.ranges[i].start, edit.ranges[i].end}) {
            tree_.seek(cursor, offset, view);
            if (i == 0 && offset == edit.ranges[0].start) first = cursor;
            if (offset == cursor.start) continue;
            const Fragment* fragment = tree_.at(cursor);
            if (fragment == nullptr)
                return Error{ErrorCode::invalid, "edit range is beyond the end of the text"};
            const std::uint64_t inside = fragment->offset + (offset - cursor.start);
            if (!is_char_boundary(fragment->insertion->text, inside))
                return Error{ErrorCode::invalid, "edit range cuts a character"};
        }
    }
    return first;
}

// Spec 2, 9.4, steps 1 to 6 for one range. The list is changed in place: a fragment of which a
// part has been put out there is a fragment that is split here.
void TextBuffer::replace(FragmentTree::Cursor& cursor, Range range, EditRecord& record,
                         std::uint64_t text_offset, std::uint64_t text_length, const View& view) {
    tree_.seek(cursor, range.start, view);
    if (cursor.start < range.start) {
        const std::uint64_t length = view.length(*tree_.at(cursor));
        if (cursor.start + length == range.start)
            tree_.advance(cursor, length);
        else
            tree_.split(cursor, range.start - cursor.start);
    }
    // At one place newer insertions come first. These have not been seen by the author, or they
    // would be older than its edit.
    for (const Fragment* fragment = tree_.at(cursor);
         fragment != nullptr && fragment->insertion->at > record.at; fragment = tree_.at(cursor))
        tree_.advance(cursor, 0);
    if (text_length > 0) {
        tree_.insert(cursor, record, text_offset, text_length);
        tree_.advance(cursor, 0);
    }
    erase(cursor, range.end, record, view);
}

// Step 6: what the author saw between the cursor and `end` is deleted, what it did not see stays.
void TextBuffer::erase(FragmentTree::Cursor& cursor, std::uint64_t end, EditRecord& record,
                       const View& view) {
    while (cursor.start < end) {
        if (view.complete && tree_.skip_dead_leaf(cursor, end)) continue;
        Fragment& fragment = *tree_.at(cursor);
        if (!view.observed(fragment)) {
            tree_.advance(cursor, 0);
            continue;
        }
        const bool was_visible =
            view.complete ? fragment.visible : fragment.was_visible(view.version);
        if (cursor.start + fragment.length > end)
            tree_.split(cursor, end - cursor.start);
        else
            tree_.advance(cursor, fragment.length);
        if (!was_visible) continue;
        fragment.deletions.push_back(&record);
        record.deleted.push_back(&fragment);
        tree_.set_visible(fragment, false);
    }
}

void TextBuffer::apply_undo(const Undo& undo) {
    std::vector<EditRecord*> changed;
    for (const UndoCount& entry : undo.counts) {
        if (!names_an_operation(entry.edit)) continue;
        // Of an edit that is not here yet, the record waits for it.
        EditRecord& record = edits_[entry.edit];
        set_count(record, undo.at, entry.count);
        changed.push_back(&record);
    }
    std::sort(changed.begin(), changed.end());
    changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
    for (EditRecord* record : changed) {
        record->greatest_count = std::max(record->greatest_count, record->undos.back().second);
        refresh_visibility(*record);
    }
    version_.observe(undo.at);
}

void TextBuffer::refresh_visibility(const EditRecord& record) {
    for (Fragment* each = record.inserted; each != nullptr; each = each->next_of_insertion)
        tree_.set_visible(*each, each->is_visible());
    for (Fragment* each : record.deleted) tree_.set_visible(*each, each->is_visible());
}

std::string TextBuffer::text() const {
    std::string result;
    result.reserve(tree_.visible_bytes());
    tree_.for_each([&](const Fragment& each) {
        if (each.visible) result.append(each.insertion->text, each.offset, each.length);
    });
    return result;
}

std::vector<FragmentInfo> TextBuffer::fragments() const {
    std::vector<FragmentInfo> result;
    result.reserve(tree_.size());
    tree_.for_each([&](const Fragment& each) {
        result.push_back({each.insertion->at, each.offset, each.length, each.visible});
    });
    return result;
}

}  // namespace collab::text
