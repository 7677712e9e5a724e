// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows that make up a room, as they stand. What they mean together: room_snapshot.h.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "db/tx.h"
#include "rpc/index.h"
#include "rpc/role.h"

namespace collab::rooms {

// Where somebody looks, as rooms store it.
enum class LocationKind { shared_project = 0, unshared_project = 1, external = 2 };

struct ParticipantRow {
    UserId user;
    std::optional<PeerId> peer;  // nothing while it rings
    UserId caller;
    std::optional<std::int64_t> location_kind;
    std::optional<ProjectId> location_project;
    std::optional<ProjectId> initial_project;
    std::uint32_t index = 0;
    rpc::Role role = rpc::Role::guest;
};

struct ProjectRow {
    ProjectId id;
    UserId host_user;
    PeerId host;
    std::string features;
    bool windows_paths = false;
};

struct CollaboratorRow {
    ProjectId project;
    rpc::Collaborator collaborator;
};

struct FollowerRow {
    ProjectId project;
    PeerId leader;
    PeerId follower;
};

struct VisibleWorktreeRow {
    ProjectId project;
    std::string root_name;
};

struct RoomRows {
    std::string livekit_room;
    std::optional<ChannelId> channel;
    std::vector<ParticipantRow> participants;
    std::vector<ProjectRow> projects;  // those that have a host
    std::vector<VisibleWorktreeRow> worktrees;
    std::vector<CollaboratorRow> collaborators;
    std::vector<FollowerRow> followers;
};

// All rows of a room, asked and fetched apart so that they can travel with other reads; nothing
// when there is no such room.
struct RoomTickets {
    db::Ticket head;
    db::Ticket participants;
    db::Ticket projects;
    db::Ticket worktrees;
    db::Ticket collaborators;
    db::Ticket followers;
};
RoomTickets send_room(db::Tx& tx, RoomId room);
Result<std::optional<RoomRows>> receive_room(db::Tx& tx, const RoomTickets& tickets);

// Those of all rooms, but for worktrees and followers. One round trip.
Result<std::map<RoomId, RoomRows>> read_all_rooms(db::Tx& tx);

// A connection in two columns, the server first.
inline PeerId peer_at(const db::Row& row, int column) {
    return {static_cast<std::uint32_t>(row.integer(column)),
            static_cast<std::uint32_t>(row.integer(column + 1))};
}

}  // namespace collab::rooms
