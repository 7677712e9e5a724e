// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/parting_queries.h"

#include <algorithm>
#include <iterator>

#include "areas/rooms/room_rows.h"

namespace collab::rooms {
namespace {

constexpr std::string_view kDeleteParticipants =
    "DELETE FROM room_participants WHERE room_id = $1 AND user_id IN IDS($2)";

constexpr std::string_view kDeleteCalls = R"sql(
    DELETE FROM room_participants
    WHERE calling_user_id IN IDS($1) AND answering_connection_id IS NULL
    RETURNING room_id, user_id
)sql";

constexpr std::string_view kDeleteFollows = R"sql(
    DELETE FROM followers
    WHERE room_id = $1
      AND ((leader_connection_server_id = $2 AND leader_connection_id = $3)
           OR (follower_connection_server_id = $2 AND follower_connection_id = $3))
)sql";

// Those of the connection, and those in this room that another one of the user has left behind.
constexpr std::string_view kDeletePlaces = R"sql(
    DELETE FROM project_collaborators
    WHERE (connection_server_id = $1 AND connection_id = $2)
       OR (user_id = $3 AND project_id IN (SELECT p.id FROM projects p WHERE p.room_id = $4))
    RETURNING project_id, connection_server_id, connection_id
)sql";

constexpr std::string_view kDeleteHosted = R"sql(
    DELETE FROM projects
    WHERE host_connection_server_id = $1 AND host_connection_id = $2
    RETURNING id
)sql";

ProjectId to_project(const db::Row& row) {
    return row.id<ProjectId>(0);
}

}  // namespace

Result<PartingTickets> send_parting(db::Tx& tx, RoomId room, const std::vector<Leaver>& leavers) {
    std::vector<std::int64_t> users;
    for (const auto& leaver : leavers) users.push_back(leaver.user.value);
    COLLAB_DO(tx.run(kDeleteParticipants, {room, users}));
    PartingTickets tickets;
    tickets.calls = tx.send(kDeleteCalls, {users});
    for (const auto& [user, peer] : leavers) {
        COLLAB_DO(tx.run(kDeleteFollows, {room, peer.server, peer.connection}));
        const auto places = tx.send(kDeletePlaces, {peer.server, peer.connection, user, room});
        const auto hosted = tx.send(kDeleteHosted, {peer.server, peer.connection});
        tickets.leavers.push_back({peer, places, hosted});
    }
    return tickets;
}

Result<Parting> receive_parting(db::Tx& tx, const PartingTickets& tickets) {
    Parting parting;
    COLLAB_TRY(parting.calls, tx.list(tickets.calls, [](const db::Row& row) {
        return EndedCall{row.id<RoomId>(0), row.id<UserId>(1)};
    }));
    for (const auto& ticket : tickets.leavers) {
        COLLAB_TRY(auto places, tx.list(ticket.places, [](const db::Row& row) {
            return LeftProject{to_project(row), peer_at(row, 1), false};
        }));
        COLLAB_TRY(const auto hosted, tx.list(ticket.hosted, to_project));
        for (const auto project : hosted) {
            parting.projects.push_back({project, ticket.peer, true});
            std::erase_if(places, [&](const auto& each) { return each.project == project; });
        }
        std::ranges::move(places, std::back_inserter(parting.projects));
    }
    return parting;
}

}  // namespace collab::rooms
