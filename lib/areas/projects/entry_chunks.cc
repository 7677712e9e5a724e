// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/entry_chunks.h"

#include "proto/projects.pb.h"
#include "wire/message_types.h"

namespace collab::projects {

EntryChunks::Chunk& EntryChunks::touch(std::size_t index) {
    auto& chunk = chunks_[index];
    if (!std::exchange(chunk.touched, true)) touched_.push_back(index);
    return chunk;
}

void EntryChunks::append(std::uint64_t id, std::uint64_t scan_id, std::string_view field,
                         std::size_t index) {
    auto& chunk = touch(index);
    places_.set(id, static_cast<std::uint32_t>(index * kChunkEntries + chunk.items.size()));
    chunk.items.push_back({id, scan_id, static_cast<std::uint32_t>(chunk.bytes.size()),
                           static_cast<std::uint32_t>(field.size())});
    chunk.bytes += field;
}

void EntryChunks::put(std::uint64_t id, std::uint64_t scan_id, std::string_view field) {
    const auto place = places_.find(id);
    if (place == IdMap::kNone) {
        if (chunks_.empty() || chunks_.back().items.size() == kChunkEntries) chunks_.emplace_back();
        return append(id, scan_id, field, chunks_.size() - 1);
    }
    auto& chunk = touch(place / kChunkEntries);
    auto& item = chunk.items[place % kChunkEntries];
    chunk.garbage += item.length;
    item.scan_id = scan_id;
    item.offset = static_cast<std::uint32_t>(chunk.bytes.size());
    item.length = static_cast<std::uint32_t>(field.size());
    chunk.bytes += field;
}

// Takes an item out; the chunk's last one moves into its slot.
void EntryChunks::drop(std::size_t index, std::size_t slot) {
    auto& chunk = touch(index);
    places_.erase(chunk.items[slot].id);
    chunk.garbage += chunk.items[slot].length;
    if (slot + 1 != chunk.items.size()) {
        chunk.items[slot] = chunk.items.back();
        places_.set(chunk.items[slot].id, static_cast<std::uint32_t>(index * kChunkEntries + slot));
    }
    chunk.items.pop_back();
}

bool EntryChunks::remove(std::uint64_t id) {
    const auto place = places_.find(id);
    if (place == IdMap::kNone) return false;
    const std::size_t index = place / kChunkEntries;
    drop(index, place % kChunkEntries);
    const std::size_t last = chunks_.size() - 1;
    if (index != last) {  // the newest entry fills the gap
        const auto moved = chunks_[last].items.back();
        const std::string field = chunks_[last].bytes.substr(moved.offset, moved.length);
        drop(last, chunks_[last].items.size() - 1);
        append(moved.id, moved.scan_id, field, index);
    }
    if (chunks_[last].items.empty()) {
        chunks_.pop_back();
        std::erase(touched_, last);
    }
    return true;
}

void EntryChunks::seal(std::uint64_t changed) {
    for (const auto index : touched_) {
        auto& chunk = chunks_[index];
        chunk.touched = false;
        chunk.changed = changed;
        chunk.body.reset();
        if (std::exchange(chunk.garbage, 0) > 0) {
            std::string kept;
            kept.reserve(chunk.bytes.size());
            for (auto& item : chunk.items) {
                const auto offset = static_cast<std::uint32_t>(kept.size());
                kept.append(chunk.bytes, item.offset, item.length);
                item.offset = offset;
            }
            chunk.bytes = std::move(kept);
        }
        if (chunk.items.size() == kChunkEntries) {
            chunk.items.shrink_to_fit();
            chunk.bytes.shrink_to_fit();
        }
    }
    touched_.clear();
}

std::optional<std::string_view> EntryChunks::find(std::uint64_t id) const {
    const auto place = places_.find(id);
    if (place == IdMap::kNone) return {};
    const auto& chunk = chunks_[place / kChunkEntries];
    const auto& item = chunk.items[place % kChunkEntries];
    return std::string_view(chunk.bytes).substr(item.offset, item.length);
}

const wire::Body& EntryChunks::body(std::size_t index) const {
    const auto& chunk = chunks_[index];
    if (!chunk.body) {
        chunk.body =
            wire::encode(wire::tag_of<proto::UpdateWorktree>(), wire::as_bytes(chunk.bytes));
    }
    return chunk.body;
}

}  // namespace collab::projects
