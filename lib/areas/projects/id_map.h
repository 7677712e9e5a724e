// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where each entry of a worktree stands: id to a number, in a flat table, because a project may
// have two million of them (decisions 32). Open addressing with linear probing, at most 3/4 full.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace collab::projects {

class IdMap {
public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    std::size_t size() const { return size_; }

    // kNone when there is none. Values are below kNone.
    std::uint32_t find(std::uint64_t id) const {
        if (values_.empty()) return kNone;
        return values_[slot_of(id)];
    }

    void set(std::uint64_t id, std::uint32_t value) {
        if ((size_ + 1) * 4 > values_.size() * 3) grow();
        const auto slot = slot_of(id);
        if (values_[slot] == kNone) ++size_;
        ids_[slot] = id;
        values_[slot] = value;
    }

    // No-op when it is not there. Closes the gap, so that no search stops early.
    void erase(std::uint64_t id) {
        if (values_.empty()) return;
        auto hole = slot_of(id);
        if (values_[hole] == kNone) return;
        --size_;
        for (auto next = step(hole); values_[next] != kNone; next = step(next)) {
            const auto home = home_of(ids_[next]);
            if (((next - home) & mask()) < ((next - hole) & mask())) continue;
            ids_[hole] = ids_[next];
            values_[hole] = values_[next];
            hole = next;
        }
        values_[hole] = kNone;
    }

private:
    std::size_t mask() const { return values_.size() - 1; }
    std::size_t step(std::size_t slot) const { return (slot + 1) & mask(); }
    std::size_t home_of(std::uint64_t id) const {
        return static_cast<std::size_t>((id * 0x9E3779B97F4A7C15ULL) >> 20) & mask();
    }
    std::size_t slot_of(std::uint64_t id) const {
        auto slot = home_of(id);
        while (values_[slot] != kNone && ids_[slot] != id) slot = step(slot);
        return slot;
    }
    void grow() {
        std::vector<std::uint64_t> ids;
        std::vector<std::uint32_t> values(values_.empty() ? 16 : values_.size() * 2, kNone);
        ids.resize(values.size());
        ids.swap(ids_);
        values.swap(values_);
        size_ = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (values[i] != kNone) set(ids[i], values[i]);
        }
    }

    std::vector<std::uint64_t> ids_;
    std::vector<std::uint32_t> values_;
    std::size_t size_ = 0;
};

}  // namespace collab::projects
