// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/room_rows.h"

namespace collab::rooms {
namespace {

// Each is asked for one room, and for all of them when a server starts.
#define COLLAB_ROOMS "SELECT live_kit_room, channel_id, id FROM rooms "

#define COLLAB_PARTICIPANTS                                                                      \
    "SELECT user_id, answering_connection_server_id, answering_connection_id, calling_user_id, " \
    "location_kind, location_project_id, initial_project_id, participant_index, role, room_id "  \
    "FROM room_participants "

#define COLLAB_PROJECTS                                                                  \
    "SELECT id, host_user_id, host_connection_server_id, host_connection_id, features, " \
    "windows_paths, room_id FROM projects WHERE host_user_id IS NOT NULL "               \
    "AND host_connection_server_id IS NOT NULL AND host_connection_id IS NOT NULL "

#define COLLAB_COLLABORATORS                                                                  \
    "SELECT c.project_id, c.connection_server_id, c.connection_id, c.user_id, c.replica_id, " \
    "c.is_host, c.committer_name, c.committer_email, p.room_id "                              \
    "FROM project_collaborators c JOIN projects p ON p.id = c.project_id "

constexpr std::string_view kRoom = COLLAB_ROOMS "WHERE id = $1";
constexpr std::string_view kParticipants = COLLAB_PARTICIPANTS "WHERE room_id = $1 ORDER BY id";
constexpr std::string_view kProjects = COLLAB_PROJECTS "AND room_id = $1 ORDER BY id";
constexpr std::string_view kCollaborators =
    COLLAB_COLLABORATORS "WHERE p.room_id = $1 ORDER BY c.id";

constexpr std::string_view kAllRooms = COLLAB_ROOMS "ORDER BY id";
constexpr std::string_view kAllParticipants = COLLAB_PARTICIPANTS "ORDER BY id";
constexpr std::string_view kAllProjects = COLLAB_PROJECTS "AND room_id IS NOT NULL ORDER BY id";
constexpr std::string_view kAllCollaborators =
    COLLAB_COLLABORATORS "WHERE p.room_id IS NOT NULL ORDER BY c.id";

constexpr std::string_view kVisibleWorktrees = R"sql(
    SELECT w.project_id, w.root_name
    FROM worktrees w JOIN projects p ON p.id = w.project_id
    WHERE p.room_id = $1 AND w.visible
    ORDER BY w.project_id, w.id
)sql";

constexpr std::string_view kFollowers = R"sql(
    SELECT project_id, leader_connection_server_id, leader_connection_id,
           follower_connection_server_id, follower_connection_id
    FROM followers
    WHERE room_id = $1
    ORDER BY id
)sql";

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
    return {row.id<ProjectId>(0),
            {peer_at(row, 1), row.id<UserId>(3), static_cast<std::uint32_t>(row.integer(4)),
             row.boolean(5), row.optional_text(6), row.optional_text(7)}};
}

bool fill_head(RoomRows& rows, const db::Row& row) {
    rows.livekit_room = row.text(0);
    rows.channel = optional_id<ChannelId>(row, 1);
    return true;
}

FollowerRow follower_row(const db::Row& row) {
    return {row.id<ProjectId>(0), peer_at(row, 1), peer_at(row, 3)};
}

}  // namespace

RoomTickets send_room(db::Tx& tx, RoomId room) {
    RoomTickets tickets{};
    tickets.head = tx.send(kRoom, {room});
    tickets.participants = tx.send(kParticipants, {room});
    tickets.projects = tx.send(kProjects, {room});
    tickets.worktrees = tx.send(kVisibleWorktrees, {room});
    tickets.collaborators = tx.send(kCollaborators, {room});
    tickets.followers = tx.send(kFollowers, {room});
    return tickets;
}

Result<std::optional<RoomRows>> receive_room(db::Tx& tx, const RoomTickets& tickets) {
    RoomRows rows;
    COLLAB_TRY(const auto found,
               tx.one(tickets.head, [&rows](const db::Row& row) { return fill_head(rows, row); }));
    COLLAB_TRY(rows.participants, tx.list(tickets.participants, participant_row));
    COLLAB_TRY(rows.projects, tx.list(tickets.projects, project_row));
    COLLAB_TRY(rows.worktrees, tx.list(tickets.worktrees, [](const db::Row& row) {
        return VisibleWorktreeRow{row.id<ProjectId>(0), row.text(1)};
    }));
    COLLAB_TRY(rows.collaborators, tx.list(tickets.collaborators, collaborator_row));
    COLLAB_TRY(rows.followers, tx.list(tickets.followers, follower_row));
    if (!found) return std::optional<RoomRows>();
    return std::optional<RoomRows>(std::move(rows));
}

Result<std::map<RoomId, RoomRows>> read_all_rooms(db::Tx& tx) {
    const auto heads = tx.send(kAllRooms, {});
    const auto participants = tx.send(kAllParticipants, {});
    const auto projects = tx.send(kAllProjects, {});
    const auto collaborators = tx.send(kAllCollaborators, {});

    std::map<RoomId, RoomRows> rooms;
    const auto room_at = [&rooms](const db::Row& row, int column) -> RoomRows& {
        return rooms[row.id<RoomId>(column)];
    };
    COLLAB_DO(tx.list(heads, [&](const db::Row& row) { return fill_head(room_at(row, 2), row); }));
    COLLAB_DO(tx.list(participants, [&](const db::Row& row) {
        room_at(row, 9).participants.push_back(participant_row(row));
        return true;
    }));
    COLLAB_DO(tx.list(projects, [&](const db::Row& row) {
        room_at(row, 6).projects.push_back(project_row(row));
        return true;
    }));
    COLLAB_DO(tx.list(collaborators, [&](const db::Row& row) {
        room_at(row, 8).collaborators.push_back(collaborator_row(row));
        return true;
    }));
    return rooms;
}

}  // namespace collab::rooms
