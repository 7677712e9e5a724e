// SPDX-License-Identifier: Apache-2.0
#include "text/random_history.h"

#include <algorithm>
#include <deque>

#include "base/text.h"

namespace collab::text {
namespace {

constexpr std::string_view kLetters[] = {"a", "b", "c", "d", "\n", " ", "é", "ß", "漢", "🍐", "✓"};

std::uint64_t below(std::mt19937_64& random, std::uint64_t limit) {
    return random() % limit;
}

std::string random_text(std::mt19937_64& random, std::uint64_t longest) {
    std::string text;
    for (std::uint64_t i = below(random, longest + 1); i > 0; --i)
        text += kLetters[below(random, std::size(kLetters))];
    return text;
}

// Ascending pairs of offsets at which `text` has a character boundary.
std::vector<Range> random_ranges(std::mt19937_64& random, std::string_view text) {
    std::vector<std::uint64_t> offsets;
    for (std::uint64_t count = 2 * (1 + below(random, 3)); count > 0; --count) {
        std::uint64_t offset = below(random, text.size() + 1);
        while (!is_char_boundary(text, offset)) --offset;
        offsets.push_back(offset);
    }
    std::sort(offsets.begin(), offsets.end());
    std::vector<Range> ranges;
    for (std::size_t i = 0; i < offsets.size(); i += 2) {
        const std::uint64_t most = offsets[i] + below(random, 12);
        std::uint64_t end = std::min(offsets[i + 1], most);
        while (!is_char_boundary(text, end)) --end;
        ranges.push_back({offsets[i], std::max(offsets[i], end)});
    }
    return ranges;
}

}  // namespace

Author::Author(std::uint16_t replica, std::string_view base_text)
    : replica_(replica), model_(base_text) {}

Lamport Author::tick(std::mt19937_64& random) {
    // Selections and the like use up values too, so there are gaps.
    clock_ += 1 + static_cast<std::uint32_t>(below(random, 3) / 2);
    return {clock_, replica_};
}

std::vector<Range> Author::pick_anywhere(std::mt19937_64& random) const {
    return random_ranges(random, model_.full_text());
}

// An empty range lies right after the visible byte before it; others reach from their first
// visible byte to after their last one.
std::vector<Range> Author::pick_visible(std::mt19937_64& random) const {
    std::vector<std::uint64_t> full;  // the full offset of every visible byte
    std::uint64_t offset = 0;
    for (const FlatModel::Piece& piece : model_.pieces()) {
        for (std::uint64_t i = 0; piece.visible && i < piece.length; ++i)
            full.push_back(offset + i);
        offset += piece.length;
    }
    std::vector<Range> ranges;
    for (const Range& range : random_ranges(random, model_.text())) {
        const std::uint64_t after = range.end == 0 ? 0 : full[range.end - 1] + 1;
        ranges.push_back({range.start == range.end ? after : full[range.start], after});
    }
    return ranges;
}

Edit Author::edit(std::mt19937_64& random) {
    Edit edit{.at = tick(random), .version = model_.version(), .ranges = {}, .new_text = {}};
    edit.ranges = below(random, 4) == 0 ? pick_anywhere(random) : pick_visible(random);
    for (std::size_t i = 0; i < edit.ranges.size(); ++i)
        edit.new_text.push_back(random_text(random, 5));
    hear({edit});
    return edit;
}

Undo Author::undo(std::mt19937_64& random, const std::vector<Lamport>& all) {
    Undo undo{.at = tick(random), .version = model_.version(), .counts = {}};
    for (std::uint64_t i = 1 + below(random, 2); i > 0; --i) {
        const auto& edits = edits_.empty() || below(random, 4) == 0 ? all : edits_;
        const Lamport target =
            edits[edits.size() - 1 - below(random, std::min<std::size_t>(edits.size(), 6))];
        undo.counts.push_back({target, model_.undo_count(target) + 1});
    }
    hear({undo});
    return undo;
}

void Author::hear(const std::vector<Operation>& batch) {
    for (const Operation& operation : batch) {
        clock_ = std::max(clock_, timestamp(operation).value);
    }
    const Version before = model_.version();
    model_.deliver(batch);
    for (const Operation& operation : batch) {
        const Lamport at = timestamp(operation);
        if (std::holds_alternative<Edit>(operation) && model_.version().observed(at) &&
            !before.observed(at))
            edits_.push_back(at);
    }
}

History random_history(std::uint64_t seed, std::size_t steps) {
    std::mt19937_64 random(seed);
    History history;
    if (below(random, 4) != 0) history.base_text = random_text(random, 30);
    std::vector<Author> authors;
    for (std::uint16_t replica = 8; replica < 11; ++replica)
        authors.emplace_back(replica, history.base_text);
    std::vector<std::size_t> heard(authors.size(), 0);
    std::vector<Lamport> edits;
    for (std::size_t step = 0; step < steps; ++step) {
        const std::size_t who = below(random, authors.size());
        Author& author = authors[who];
        const std::uint64_t action = below(random, 10);
        if (action < 5) {
            history.operations.push_back(author.edit(random));
            edits.push_back(timestamp(history.operations.back()));
        } else if (action < 7 && !edits.empty()) {
            history.operations.push_back(author.undo(random, edits));
        } else if (heard[who] < history.operations.size()) {
            const auto from = history.operations.begin() + static_cast<std::ptrdiff_t>(heard[who]);
            heard[who] += 1 + below(random, history.operations.size() - heard[who]);
            std::vector<Operation> batch(
                from, history.operations.begin() + static_cast<std::ptrdiff_t>(heard[who]));
            std::shuffle(batch.begin(), batch.end(), random);
            author.hear(batch);
        }
    }
    authors[0].hear(history.operations);
    history.final_text = authors[0].model().text();
    history.fragments = authors[0].model().fragments();
    return history;
}

std::vector<std::vector<Operation>> random_delivery(const std::vector<Operation>& operations,
                                                    std::mt19937_64& random) {
    std::vector<Operation> all = operations;
    for (const Operation& operation : operations)
        if (below(random, 5) == 0) all.push_back(operation);
    if (below(random, 3) != 0) std::shuffle(all.begin(), all.end(), random);
    std::vector<std::vector<Operation>> batches;
    for (std::size_t i = 0; i < all.size();) {
        const std::size_t size = std::min<std::size_t>(1 + below(random, 7), all.size() - i);
        const auto from = all.begin() + static_cast<std::ptrdiff_t>(i);
        batches.emplace_back(from, from + static_cast<std::ptrdiff_t>(size));
        i += size;
    }
    return batches;
}

}  // namespace collab::text
