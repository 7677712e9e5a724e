// SPDX-License-Identifier: Apache-2.0
#pragma once

// The live entries of a worktree in chunks of at most 256, each as the bytes that it was received
// in. Every chunk but the last is full, so n entries leave as ceil(n / 256) messages; a chunk is
// encoded and compressed once for all who join (architecture, "live projects"). Knows nothing of
// sessions, deleted entries or scans that are under way. Thread: one at a time.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "areas/projects/id_map.h"
#include "wire/frame.h"

namespace collab::projects {

// Of a message, per list (spec 2, 0.5).
inline constexpr std::size_t kChunkEntries = 256;

class EntryChunks {
public:
    struct Item {
        std::uint64_t id;
        std::uint64_t scan_id;
        std::uint32_t offset;
        std::uint32_t length;
    };
    struct Chunk {
        std::vector<Item> items;
        std::string bytes;          // fields 4 of UpdateWorktree, whole
        std::uint64_t changed = 0;  // number of the newest batch that touched it
        std::uint32_t garbage = 0;  // bytes that no item names any more
        bool touched = false;
        mutable wire::Body body;  // of UpdateWorktree; made on demand
    };

    // Changes come in batches: any number of put() and remove(), then seal().
    // `field`: one field 4 of UpdateWorktree with its tag. Replaces an entry with the same id.
    void put(std::uint64_t id, std::uint64_t scan_id, std::string_view field);
    // False when there is no such entry.
    bool remove(std::uint64_t id);
    // Ends a batch; what it touched carries `changed`.
    void seal(std::uint64_t changed);

    std::size_t size() const { return places_.size(); }
    bool contains(std::uint64_t id) const { return places_.find(id) != IdMap::kNone; }
    // The field of an entry, valid until the next change; nothing when there is none.
    std::optional<std::string_view> find(std::uint64_t id) const;

    const std::vector<Chunk>& chunks() const { return chunks_; }
    // An envelope with the chunk's entries and nothing else. Requires a sealed chunk.
    const wire::Body& body(std::size_t chunk) const;

private:
    Chunk& touch(std::size_t chunk);
    void append(std::uint64_t id, std::uint64_t scan_id, std::string_view field, std::size_t chunk);
    void drop(std::size_t chunk, std::size_t slot);

    std::vector<Chunk> chunks_;
    std::vector<std::size_t> touched_;
    IdMap places_;  // id to chunk * kChunkEntries + slot
};

}  // namespace collab::projects
