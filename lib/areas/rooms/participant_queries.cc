// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/participant_queries.h"

#include "areas/rooms/room_rows.h"

namespace collab::rooms {
namespace {

constexpr std::string_view kPlaceOfPeer = R"sql(
    SELECT room_id, user_id, answering_connection_server_id, answering_connection_id
    FROM room_participants
    WHERE answering_connection_server_id = $1 AND answering_connection_id = $2
)sql";

constexpr std::string_view kPlaceOfUser = R"sql(
    SELECT p.room_id, p.user_id, p.answering_connection_server_id, p.answering_connection_id,
           r.channel_id
    FROM room_participants p JOIN rooms r ON r.id = p.room_id
    WHERE p.user_id = $1 AND answering_connection_server_id IS NOT NULL
      AND answering_connection_id IS NOT NULL
)sql";

constexpr std::string_view kEntry = R"sql(
    SELECT r.channel_id, p.id IS NOT NULL AND p.answering_connection_id IS NULL
    FROM rooms r LEFT JOIN room_participants p ON p.room_id = r.id AND p.user_id = $2
    WHERE r.id = $1
)sql";

constexpr std::string_view kStanding = R"sql(
    SELECT role, answering_connection_id IS NOT NULL
    FROM room_participants
    WHERE room_id = $1 AND user_id = $2
)sql";

constexpr std::string_view kSeats = R"sql(
    SELECT p.room_id, p.user_id, p.answering_connection_server_id, p.answering_connection_id,
           p.role
    FROM room_participants p JOIN rooms r ON r.id = p.room_id
    WHERE r.channel_id = $1 AND p.user_id IN IDS($2)
    ORDER BY p.id
)sql";

constexpr std::string_view kInsertRoom =
    "INSERT INTO rooms (live_kit_room) VALUES ($1) RETURNING id";

// The update changes nothing: it makes the statement return the room that is there.
constexpr std::string_view kFindOrInsertRoom = R"sql(
    INSERT INTO rooms (live_kit_room, channel_id) VALUES ($1, $2)
    ON CONFLICT (channel_id) DO UPDATE SET channel_id = excluded.channel_id
    RETURNING id
)sql";

constexpr std::string_view kDeleteRoom = "DELETE FROM rooms WHERE id = $1";

// The smallest gap: 0, or one past a taken index whose successor is free.
constexpr std::string_view kAnswerCall = R"sql(
    UPDATE room_participants
    SET answering_connection_server_id = $3, answering_connection_id = $4,
        answering_connection_lost = FALSE,
        participant_index = (
            SELECT MIN(candidate)
            FROM (SELECT 0 AS candidate
                  UNION ALL
                  SELECT participant_index + 1 FROM room_participants
                  WHERE room_id = $1 AND participant_index IS NOT NULL) AS candidates
            WHERE candidate NOT IN (SELECT participant_index FROM room_participants
                                    WHERE room_id = $1 AND participant_index IS NOT NULL))
    WHERE room_id = $1 AND user_id = $2 AND answering_connection_id IS NULL
)sql";

constexpr std::string_view kInsertParticipant = R"sql(
    INSERT INTO room_participants (
        room_id, user_id, answering_connection_server_id, answering_connection_id,
        calling_user_id, calling_connection_server_id, calling_connection_id, role,
        participant_index)
    SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT),
           CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS TEXT),
           MIN(candidate)
    FROM (SELECT 0 AS candidate
          UNION ALL
          SELECT participant_index + 1 FROM room_participants
          WHERE room_id = $1 AND participant_index IS NOT NULL) AS candidates
    WHERE candidate NOT IN (SELECT participant_index FROM room_participants
                            WHERE room_id = $1 AND participant_index IS NOT NULL)
    ON CONFLICT (user_id) DO NOTHING
)sql";

constexpr std::string_view kDeletePending = R"sql(
    DELETE FROM room_participants
    WHERE user_id = $1 AND answering_connection_id IS NULL
      AND (calling_connection_server_id = $2 OR calling_connection_server_id IS NULL)
    RETURNING room_id
)sql";

constexpr std::string_view kDeletePendingIn = R"sql(
    DELETE FROM room_participants
    WHERE user_id = $1 AND room_id = $2 AND answering_connection_id IS NULL
)sql";

constexpr std::string_view kDeletePendingPlacedBy = R"sql(
    DELETE FROM room_participants
    WHERE user_id = $1 AND room_id = $2 AND answering_connection_id IS NULL
      AND calling_connection_server_id = $3 AND calling_connection_id = $4
)sql";

constexpr std::string_view kDeletePendingCall =
    "DELETE FROM room_participants WHERE id = $1 AND answering_connection_id IS NULL";

constexpr std::string_view kDeletePendingElsewhere = R"sql(
    DELETE FROM room_participants
    WHERE user_id = $1 AND answering_connection_id IS NULL
      AND room_id NOT IN (SELECT id FROM rooms WHERE channel_id = $2)
    RETURNING room_id
)sql";

constexpr std::string_view kInsertCall = R"sql(
    INSERT INTO room_participants (
        room_id, user_id, calling_user_id, calling_connection_server_id, calling_connection_id,
        initial_project_id, role)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (user_id) DO NOTHING
    RETURNING id
)sql";

constexpr std::string_view kRinging = R"sql(
    SELECT room_id, calling_user_id, initial_project_id, user_id
    FROM room_participants
    WHERE user_id IN IDS($1) AND answering_connection_id IS NULL
)sql";

constexpr std::string_view kSetRole =
    "UPDATE room_participants SET role = $3 WHERE room_id = $1 AND user_id = $2";

constexpr std::string_view kSetLost = R"sql(
    UPDATE room_participants SET answering_connection_lost = TRUE
    WHERE answering_connection_server_id = $1 AND answering_connection_id = $2
)sql";

constexpr std::string_view kSetLocation = R"sql(
    UPDATE room_participants SET location_kind = $4, location_project_id = $5
    WHERE room_id = $1 AND answering_connection_server_id = $2 AND answering_connection_id = $3
)sql";

// How often the CLA is asked for in the channel of a room and above it, and whether it is signed.
constexpr std::string_view kCla = R"sql(
    SELECT COUNT(*), (SELECT COUNT(*) FROM contributors WHERE user_id = $2)
    FROM rooms r
    JOIN channels c ON c.id = r.channel_id
    JOIN channels a ON c.parent_path || CAST(c.id AS TEXT) || '/'
                       LIKE a.parent_path || CAST(a.id AS TEXT) || '/%'
    WHERE r.id = $1 AND a.requires_zed_cla
)sql";

std::vector<std::int64_t> numbers(const std::vector<UserId>& users) {
    std::vector<std::int64_t> ids;
    ids.reserve(users.size());
    for (const auto user : users) ids.push_back(user.value);
    return ids;
}

Place to_place(const db::Row& row) {
    return {row.id<RoomId>(0), row.id<UserId>(1), peer_at(row, 2)};
}

RoomId to_room(const db::Row& row) {
    return row.id<RoomId>(0);
}

Result<bool> deletes_one(db::Tx& tx, std::string_view sql, const db::Values& values) {
    COLLAB_TRY(const auto deleted, tx.run_counted(sql, values));
    return deleted > 0;
}

}  // namespace

Result<std::optional<Place>> find_place(db::Tx& tx, PeerId peer) {
    return tx.one(kPlaceOfPeer, {peer.server, peer.connection}, to_place);
}

db::Ticket send_place(db::Tx& tx, UserId user) {
    return tx.send(kPlaceOfUser, {user});
}

Result<std::optional<RoomPlace>> receive_place(db::Tx& tx, db::Ticket ticket) {
    return tx.one(ticket, [](const db::Row& row) {
        RoomPlace found{to_place(row), {}};
        if (!row.is_null(4)) found.channel = row.id<ChannelId>(4);
        return found;
    });
}

Result<std::optional<Entry>> find_entry(db::Tx& tx, RoomId room, UserId user) {
    return tx.one(kEntry, {room, user}, [](const db::Row& row) {
        Entry entry;
        if (!row.is_null(0)) entry.channel = row.id<ChannelId>(0);
        entry.ringing = row.boolean(1);
        return entry;
    });
}

db::Ticket send_standing(db::Tx& tx, RoomId room, UserId user) {
    return tx.send(kStanding, {room, user});
}

Result<std::optional<Standing>> receive_standing(db::Tx& tx, db::Ticket ticket) {
    return tx.one(ticket, [](const db::Row& row) {
        return Standing{rpc::role_from_text(row.text(0)), row.boolean(1)};
    });
}

db::Ticket send_seats(db::Tx& tx, ChannelId channel, const std::vector<UserId>& users) {
    return tx.send(kSeats, {channel, numbers(users)});
}

Result<std::vector<Seat>> receive_seats(db::Tx& tx, db::Ticket ticket) {
    return tx.list(ticket, [](const db::Row& row) {
        Seat seat{row.id<RoomId>(0), row.id<UserId>(1), {}, rpc::role_from_text(row.text(4))};
        if (!row.is_null(3)) seat.peer = peer_at(row, 2);
        return seat;
    });
}

Result<RoomId> insert_room(db::Tx& tx, const std::string& livekit_room) {
    COLLAB_TRY(const auto room, tx.one(kInsertRoom, {livekit_room}, to_room));
    return *room;
}

db::Ticket send_channel_room(db::Tx& tx, ChannelId channel, const std::string& livekit_room) {
    return tx.send(kFindOrInsertRoom, {livekit_room, channel});
}

Result<RoomId> receive_channel_room(db::Tx& tx, db::Ticket ticket) {
    COLLAB_TRY(const auto room, tx.one(ticket, to_room));
    return *room;
}

db::Ticket send_end_elsewhere(db::Tx& tx, ChannelId channel, UserId user) {
    return tx.send(kDeletePendingElsewhere, {user, channel});
}

Result<std::optional<RoomId>> receive_ended(db::Tx& tx, db::Ticket ticket) {
    return tx.one(ticket, to_room);
}

Status delete_room(db::Tx& tx, RoomId room) {
    return tx.run(kDeleteRoom, {room});
}

Status take_place(db::Tx& tx, const Place& place, rpc::Role role) {
    const auto& [room, user, peer] = place;
    COLLAB_DO(tx.run(kAnswerCall, {room, user, peer.server, peer.connection}));
    return tx.run(kInsertParticipant,
                  {room, user, peer.server, peer.connection, rpc::to_text(role)});
}

Result<std::optional<RoomId>> delete_pending(db::Tx& tx, UserId user, ServerId rung_by) {
    return tx.one(kDeletePending, {user, rung_by}, to_room);
}

Result<bool> delete_pending(db::Tx& tx, UserId user, RoomId room) {
    return deletes_one(tx, kDeletePendingIn, {user, room});
}

Result<bool> delete_pending(db::Tx& tx, UserId user, RoomId room, PeerId placed_by) {
    return deletes_one(tx, kDeletePendingPlacedBy,
                       {user, room, placed_by.server, placed_by.connection});
}

Result<bool> delete_pending(db::Tx& tx, CallId call) {
    return deletes_one(tx, kDeletePendingCall, {call});
}

db::Ticket send_call(db::Tx& tx, const NewCall& call) {
    return tx.send(kInsertCall,
                   {call.room, call.called, call.caller, call.caller_peer.server,
                    call.caller_peer.connection, call.initial_project, rpc::to_text(call.role)});
}

Result<std::optional<CallId>> receive_call(db::Tx& tx, db::Ticket ticket) {
    return tx.one(ticket, [](const db::Row& row) { return row.integer(0); });
}

db::Ticket send_ringing(db::Tx& tx, const std::vector<UserId>& users) {
    return tx.send(kRinging, {numbers(users)});
}

Result<std::unordered_map<UserId, RingingCall>> receive_ringing(db::Tx& tx, db::Ticket ticket) {
    COLLAB_TRY(const auto rows, tx.list(ticket, [](const db::Row& row) {
        RingingCall call{row.id<RoomId>(0), row.id<UserId>(1), {}};
        if (!row.is_null(2)) call.initial_project = row.id<ProjectId>(2);
        return std::pair(row.id<UserId>(3), call);
    }));
    return std::unordered_map<UserId, RingingCall>(rows.begin(), rows.end());
}

Status set_role(db::Tx& tx, RoomId room, UserId user, rpc::Role role) {
    return tx.run(kSetRole, {room, user, rpc::to_text(role)});
}

Status set_lost(db::Tx& tx, PeerId peer) {
    return tx.run(kSetLost, {peer.server, peer.connection});
}

Result<bool> set_location(db::Tx& tx, const Place& place, int kind,
                          std::optional<ProjectId> project) {
    COLLAB_TRY(const auto changed,
               tx.run_counted(kSetLocation, {place.room, place.peer.server, place.peer.connection,
                                             kind, project}));
    return changed > 0;
}

db::Ticket send_cla(db::Tx& tx, RoomId room, UserId user) {
    return tx.send(kCla, {room, user});
}

Result<bool> receive_lacks_cla(db::Tx& tx, db::Ticket ticket) {
    COLLAB_TRY(const auto lacks, tx.one(ticket, [](const db::Row& row) {
        return row.integer(0) > 0 && row.integer(1) == 0;
    }));
    return lacks.value_or(false);
}

}  // namespace collab::rooms
