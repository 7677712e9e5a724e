// SPDX-License-Identifier: Apache-2.0
#pragma once

// Histories as several people make them who write at the same time and hear of each other late,
// twice and in the wrong order. The same seed gives the same history.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "text/flat_model.h"

namespace collab::text {

// One who writes: a flat model with a clock and local editing.
class Author {
public:
    Author(std::uint16_t replica, std::string_view base_text);

    // Up to three replacements at random places of the visible text, now and then at places that
    // lie inside text deleted before (spec 9.12).
    Edit edit(std::mt19937_64& random);
    // Undo, or redo, of up to two edits, anybody's, now and then one that it has not heard of.
    // Requires that there are edits; `all` are those of everybody.
    Undo undo(std::mt19937_64& random, const std::vector<Lamport>& all);

    void hear(const std::vector<Operation>& batch);
    // Of anybody, its own included.
    const std::vector<Lamport>& known_edits() const { return edits_; }
    const FlatModel& model() const { return model_; }

private:
    Lamport tick(std::mt19937_64& random);
    std::vector<Range> pick_visible(std::mt19937_64& random) const;
    std::vector<Range> pick_anywhere(std::mt19937_64& random) const;

    std::uint16_t replica_;
    std::uint32_t clock_ = 1;
    FlatModel model_;
    std::vector<Lamport> edits_;
};

struct History {
    std::string base_text;
    std::vector<Operation> operations;  // as they came into being: causal order
    std::string final_text;             // as the flat model has it
    std::vector<FragmentInfo> fragments;
};

// What three authors wrote in `steps` steps, all of them having heard of everything in the end.
History random_history(std::uint64_t seed, std::size_t steps);

// All operations in random order, cut into batches, some of them more than once.
std::vector<std::vector<Operation>> random_delivery(const std::vector<Operation>& operations,
                                                    std::mt19937_64& random);

}  // namespace collab::text
