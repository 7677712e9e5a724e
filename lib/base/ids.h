// SPDX-License-Identifier: Apache-2.0
#pragma once

// Strong types for the ids of the protocol and the database, so that none passes for another.

#include <compare>
#include <cstdint>
#include <functional>

namespace collab {

// A row id: positive, fits in 31 bits on the wire (PROTOCOL.md 3.1). 0 is no row.
template <class Tag>
struct Id {
    std::int64_t value = 0;

    auto operator<=>(const Id&) const = default;
    explicit operator bool() const { return value != 0; }
};

using UserId = Id<struct UserTag>;
using RoomId = Id<struct RoomTag>;
using ProjectId = Id<struct ProjectTag>;
using ChannelId = Id<struct ChannelTag>;
using ServerId = Id<struct ServerTag>;
using NotificationId = Id<struct NotificationTag>;
using BufferId = Id<struct BufferTag>;
using MessageId = Id<struct MessageTag>;

// Names one connection for as long as its server process lives: `server` is the epoch of the
// process, `connection` counts up from 0 and is never reused (spec 1, 1.7).
struct PeerId {
    std::uint32_t server = 0;
    std::uint32_t connection = 0;

    auto operator<=>(const PeerId&) const = default;
};

}  // namespace collab

template <class Tag>
struct std::hash<collab::Id<Tag>> {
    std::size_t operator()(const collab::Id<Tag>& id) const noexcept {
        return std::hash<std::int64_t>{}(id.value);
    }
};

template <>
struct std::hash<collab::PeerId> {
    std::size_t operator()(const collab::PeerId& peer) const noexcept {
        return std::hash<std::uint64_t>{}(std::uint64_t{peer.server} << 32 | peer.connection);
    }
};
