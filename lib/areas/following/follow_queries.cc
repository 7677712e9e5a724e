// SPDX-License-Identifier: Apache-2.0
#include "areas/following/follow_queries.h"

namespace collab::following {
namespace {

constexpr std::string_view kCountOfTwo = R"sql(
    SELECT COUNT(*)
    FROM room_participants
    WHERE room_id = $1
      AND ((answering_connection_server_id = $2 AND answering_connection_id = $3)
           OR (answering_connection_server_id = $4 AND answering_connection_id = $5))
)sql";

constexpr std::string_view kInsert = R"sql(
    INSERT INTO followers (
        room_id, project_id, leader_connection_server_id, leader_connection_id,
        follower_connection_server_id, follower_connection_id)
    SELECT p.room_id, p.id, l.answering_connection_server_id, l.answering_connection_id,
           f.answering_connection_server_id, f.answering_connection_id
    FROM projects p
    JOIN room_participants l ON l.room_id = p.room_id
         AND l.answering_connection_server_id = $3 AND l.answering_connection_id = $4
    JOIN room_participants f ON f.room_id = p.room_id
         AND f.answering_connection_server_id = $5 AND f.answering_connection_id = $6
    JOIN project_collaborators c ON c.project_id = p.id
         AND c.connection_server_id = $5 AND c.connection_id = $6
    WHERE p.room_id = $1 AND p.id = $2
    ON CONFLICT DO NOTHING
)sql";

constexpr std::string_view kDelete = R"sql(
    DELETE FROM followers
    WHERE room_id = $1 AND project_id = $2
      AND leader_connection_server_id = $3 AND leader_connection_id = $4
      AND follower_connection_server_id = $5 AND follower_connection_id = $6
)sql";

db::Values values_of(const Follow& follow) {
    return {follow.room,
            follow.project,
            follow.leader.server,
            follow.leader.connection,
            follow.follower.server,
            follow.follower.connection};
}

}  // namespace

Result<bool> are_in_room(db::Tx& tx, RoomId room, PeerId one, PeerId other) {
    COLLAB_TRY(
        const auto count,
        tx.one(kCountOfTwo, {room, one.server, one.connection, other.server, other.connection},
               [](const db::Row& row) { return row.integer(0); }));
    return *count == 2;
}

Result<bool> insert_follow(db::Tx& tx, const Follow& follow) {
    COLLAB_TRY(const auto inserted, tx.run_counted(kInsert, values_of(follow)));
    return inserted > 0;
}

Status delete_follow(db::Tx& tx, const Follow& follow) {
    return tx.run(kDelete, values_of(follow));
}

}  // namespace collab::following
