// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/room_rows.h"

namespace collab::rooms {
namespace {

constexpr std::string_view kRoom = R"sql(
    SELECT live_kit_room, channel_id FROM rooms WHERE id = $1
)sql";

constexpr std::string_view kParticipants = R"sql(
    SELECT user_id, answering_connection_server_id, answering_connection_id, calling_user_id,
           location_kind, location_project_id, initial_project_id, participant_index, role
    FROM room_participants
    WHERE room_id = $1
    ORDER BY id
)sql";

constexpr std::string_view kProjects = R"sql(
    SELECT id, host_user_id, host_connection_server_id, host_connection_id, features, windows_paths
    FROM projects
    WHERE room_id = $1 AND host_user_id IS NOT NULL AND host_connection_server_id IS NOT NULL
      AND host_connection_id IS NOT NULL
    ORDER BY id
)sql";

constexpr std::string_view kVisibleWorktrees = R"sql(
    SELECT w.project_id, w.root_name
    FROM worktrees w JOIN projects p ON p.id = w.project_id
    WHERE p.room_id = $1 AND w.visible
    ORDER BY w.project_id, w.id
)sql";

constexpr std::string_view kCollaborators = R"sql(
    SELECT c.project_id, c.connection_server_id, c.connection_id, c.user_id, c.replica_id,
           c.is_host, c.committer_name, c.committer_email
    FROM project_collaborators c JOIN projects p ON p.id = c.project_id
    WHERE p.room_id = $1
    ORDER BY c.id
)sql";

constexpr std::string_view kFollowers = R"sql(
    SELECT project_id, leader_connection_server_id, leader_connection_id,
           follower_connection_server_id, follower_connection_id
    FROM followers
    WHERE room_id = $1
    ORDER BY id
)sql";

constexpr std::string_view kRooms = "SELECT id FROM rooms ORDER BY id";

template <class I>
std::optional<I> optional_id(const db::Row& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return row.id<I>(column);
}

ParticipantRow participant_row(const db::Row& row) {
    ParticipantRow participant;
    participant.user = row.id<UserId>(0);
    if (!row.is_null(1) && !row.is_null(2)) participant.peer = peer_at(row, 1);
    participant.caller = row.id<UserId>(3);
    participant.location_kind = row.optional_integer(4);
    participant.location_project = optional_id<ProjectId>(row, 5);
    participant.initial_project = optional_id<ProjectId>(row, 6);
    participant.index = static_cast<std::uint32_t>(row.optional_integer(7).value_or(0));
    participant.role = rpc::role_from_text(row.text(8));
    return participant;
}

ProjectRow project_row(const db::Row& row) {
    return {row.id<ProjectId>(0), row.id<UserId>(1), peer_at(row, 2), row.text(4), row.boolean(5)};
}

CollaboratorRow collaborator_row(const db::Row& row) {
    return {row.id<ProjectId>(0), peer_at(row, 1),
            row.id<UserId>(3),    static_cast<std::uint32_t>(row.integer(4)),
            row.boolean(5),       row.optional_text(6),
            row.optional_text(7)};
}

FollowerRow follower_row(const db::Row& row) {
    return {row.id<ProjectId>(0), peer_at(row, 1), peer_at(row, 3)};
}

}  // namespace

Result<std::optional<RoomRows>> read_room(db::Tx& tx, RoomId room) {
    const auto head = tx.send(kRoom, {room});
    const auto participants = tx.send(kParticipants, {room});
    const auto projects = tx.send(kProjects, {room});
    const auto worktrees = tx.send(kVisibleWorktrees, {room});
    const auto collaborators = tx.send(kCollaborators, {room});
    const auto followers = tx.send(kFollowers, {room});

    RoomRows rows;
    COLLAB_TRY(const auto found, tx.one(head, [&rows](const db::Row& row) {
        rows.livekit_room = row.text(0);
        rows.channel = optional_id<ChannelId>(row, 1);
        return true;
    }));
    COLLAB_TRY(rows.participants, tx.list(participants, participant_row));
    COLLAB_TRY(rows.projects, tx.list(projects, project_row));
    COLLAB_TRY(rows.worktrees, tx.list(worktrees, [](const db::Row& row) {
        return VisibleWorktreeRow{row.id<ProjectId>(0), row.text(1)};
    }));
    COLLAB_TRY(rows.collaborators, tx.list(collaborators, collaborator_row));
    COLLAB_TRY(rows.followers, tx.list(followers, follower_row));
    if (!found) return std::optional<RoomRows>();
    return std::optional<RoomRows>(std::move(rows));
}

Result<std::vector<RoomId>> list_rooms(db::Tx& tx) {
    return tx.list(kRooms, {}, [](const db::Row& row) { return row.id<RoomId>(0); });
}

}  // namespace collab::rooms
