// SPDX-License-Identifier: Apache-2.0
#include "text/flat_model.h"

#include <algorithm>

namespace collab::text {

// The walk over the old list that 9.4 describes, with its four variables.
class FlatModel::Walk {
public:
    Walk(const FlatModel& model, const Edit& edit, std::vector<Piece> old)
        : model_(model), edit_(edit), old_(std::move(old)) {}

    std::vector<Piece> run() {
        std::uint64_t inserted = 0;
        for (std::size_t i = 0; i < std::min(edit_.ranges.size(), edit_.new_text.size()); ++i) {
            const std::uint64_t length = edit_.new_text[i].size();
            one_range(edit_.ranges[i], inserted, length);
            inserted += length;
        }
        put_rest();
        while (more()) {
            out_.push_back(old_[i_]);
            ++i_;
        }
        return std::move(out_);
    }

private:
    bool more() const { return i_ < old_.size(); }
    bool seen() const { return edit_.version.observed(old_[i_].at); }
    std::uint64_t vlen() const { return more() && seen() ? old_[i_].length : 0; }
    std::uint64_t end() const { return start_ + vlen(); }

    void advance() {
        start_ = end();
        ++i_;
    }
    static Piece cut(const Piece& piece, std::uint64_t from, std::uint64_t to) {
        Piece result = piece;
        result.offset += from;
        result.length = to - from;
        return result;
    }
    void put(Piece piece) {
        if (piece.length > 0) out_.push_back(std::move(piece));
    }
    void put_rest() {
        if (pos_ <= start_) return;
        put(cut(old_[i_], pos_ - start_, vlen()));
        advance();
    }

    void one_range(const Range& range, std::uint64_t text_offset, std::uint64_t text_length) {
        if (end() < range.start) {  // 1
            put_rest();
            while (more() && end() < range.start) {
                put(old_[i_]);
                advance();
            }
            pos_ = start_;
        }
        if (end() == range.start && end() > pos_) {  // 2
            put(cut(old_[i_], pos_ - start_, vlen()));
            advance();
            pos_ = start_;
        }
        while (more() && pos_ == range.start && old_[i_].at > edit_.at) {  // 3
            put(old_[i_]);
            advance();
        }
        if (pos_ < range.start) {  // 4
            put(cut(old_[i_], pos_ - start_, range.start - start_));
            pos_ = range.start;
        }
        if (text_length > 0) put({edit_.at, text_offset, text_length, {}, true});  // 5
        while (pos_ < range.end) erase_one(range.end);                             // 6
    }

    void erase_one(std::uint64_t range_end) {
        const std::uint64_t end = this->end();
        const std::uint64_t piece_end = std::min(range_end, end);
        Piece piece = old_[i_];
        if (seen()) piece = cut(old_[i_], pos_ - start_, piece_end - start_);
        if (model_.was_visible(old_[i_], edit_.version)) {
            piece.deletions.insert(edit_.at);
            piece.visible = false;
        }
        put(piece);
        pos_ = piece_end;
        if (end <= range_end) advance();
    }

    const FlatModel& model_;
    const Edit& edit_;
    std::vector<Piece> old_;
    std::vector<Piece> out_;
    std::size_t i_ = 0;
    std::uint64_t start_ = 0;
    std::uint64_t pos_ = 0;
};

FlatModel::FlatModel(std::string_view base_text) {
    if (base_text.empty()) return;
    std::string& text = texts_[kBaseText];
    for (std::size_t i = 0; i < base_text.size(); ++i) {
        if (base_text[i] == '\r' && base_text.substr(i, 2) == "\r\n") continue;
        text += base_text[i] == '\r' ? '\n' : base_text[i];
    }
    pieces_.push_back({kBaseText, 0, text.size(), {}, true});
    version_.observe(kBaseText);
}

void FlatModel::deliver(const std::vector<Operation>& batch) {
    std::set<std::uint16_t> blocked;
    for (const auto& each : deferred_) blocked.insert(each.first.replica);
    for (const Operation& operation : batch)
        if (!deliver_one(operation, blocked)) deferred_.insert({timestamp(operation), operation});
    blocked.clear();
    for (auto each = deferred_.begin(); each != deferred_.end();) {
        if (deliver_one(each->second, blocked))
            each = deferred_.erase(each);
        else
            ++each;
    }
}

// False if it has to wait.
bool FlatModel::deliver_one(const Operation& operation, std::set<std::uint16_t>& blocked) {
    const Lamport at = timestamp(operation);
    if (version_.observed(at)) return true;
    if (blocked.contains(at.replica) || !version_.covers(text::version(operation))) {
        blocked.insert(at.replica);
        return false;
    }
    std::visit([this](const auto& each) { apply(each); }, operation);
    version_.observe(at);
    return true;
}

void FlatModel::apply(const Edit& edit) {
    std::string& text = texts_[edit.at];
    for (const std::string& piece : edit.new_text) text += piece;
    pieces_ = Walk(*this, edit, pieces_).run();
    for (Piece& piece : pieces_) piece.visible = is_visible(piece);
}

void FlatModel::apply(const Undo& undo) {
    for (const UndoCount& entry : undo.counts) undos_[entry.edit][undo.at] = entry.count;
    for (Piece& piece : pieces_) piece.visible = is_visible(piece);
}

bool FlatModel::undone(Lamport edit, const Version* version) const {
    const auto entries = undos_.find(edit);
    if (entries == undos_.end()) return false;
    std::uint32_t greatest = 0;
    for (const auto& [at, count] : entries->second)
        if (version == nullptr || version->observed(at)) greatest = std::max(greatest, count);
    return greatest % 2 == 1;
}

std::uint32_t FlatModel::undo_count(Lamport edit) const {
    std::uint32_t greatest = 0;
    if (const auto entries = undos_.find(edit); entries != undos_.end())
        for (const auto& each : entries->second) greatest = std::max(greatest, each.second);
    return greatest;
}

bool FlatModel::is_visible(const Piece& piece) const {
    if (undone(piece.at, nullptr)) return false;
    return std::all_of(piece.deletions.begin(), piece.deletions.end(),
                       [this](Lamport deletion) { return undone(deletion, nullptr); });
}

bool FlatModel::was_visible(const Piece& piece, const Version& version) const {
    if (!version.observed(piece.at) || undone(piece.at, &version)) return false;
    return std::all_of(piece.deletions.begin(), piece.deletions.end(), [&](Lamport deletion) {
        return !version.observed(deletion) || undone(deletion, &version);
    });
}

std::string FlatModel::slice(const Piece& piece) const {
    return texts_.at(piece.at).substr(piece.offset, piece.length);
}

std::string FlatModel::text() const {
    std::string result;
    for (const Piece& piece : pieces_)
        if (piece.visible) result += slice(piece);
    return result;
}

std::string FlatModel::full_text() const {
    std::string result;
    for (const Piece& piece : pieces_) result += slice(piece);
    return result;
}

std::vector<FragmentInfo> FlatModel::fragments() const {
    std::vector<FragmentInfo> result;
    for (const Piece& piece : pieces_)
        result.push_back({piece.at, piece.offset, piece.length, piece.visible});
    return result;
}

}  // namespace collab::text
