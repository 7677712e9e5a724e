// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/rejoin_queries.h"

#include <algorithm>

namespace collab::projects {
namespace {

constexpr std::string_view kOwned =
    "SELECT id FROM projects WHERE room_id = $1 AND host_user_id = $2 ORDER BY id";
constexpr std::string_view kSeats = R"sql(
    SELECT c.id, c.project_id, c.connection_server_id, c.connection_id, c.is_host
    FROM project_collaborators c
    JOIN projects p ON p.id = c.project_id
    WHERE p.room_id = $1 AND c.user_id = $2
    ORDER BY c.id
)sql";
constexpr std::string_view kMoveSeat = R"sql(
    UPDATE project_collaborators SET connection_server_id = $2, connection_id = $3 WHERE id = $1
)sql";
constexpr std::string_view kMoveHost = R"sql(
    UPDATE projects SET host_connection_server_id = $2, host_connection_id = $3 WHERE id = $1
)sql";

constexpr std::string_view kMoveVisits = R"sql(
    UPDATE project_collaborators SET connection_server_id = $4, connection_id = $5
    WHERE id IN (
        SELECT COALESCE(MIN(CASE WHEN c.connection_server_id = $4 AND c.connection_id = $5
                                 THEN c.id END),
                        MAX(c.id))
        FROM project_collaborators c
        JOIN projects p ON p.id = c.project_id
        JOIN room_participants r ON r.room_id = p.room_id AND r.user_id = c.user_id
        WHERE p.room_id = $1 AND c.user_id = $2 AND c.project_id IN IDS($3) AND NOT c.is_host
          AND r.role IN ('admin', 'member', 'talker', 'guest')
        GROUP BY c.project_id)
    RETURNING id
)sql";

// One seat for each project: that of the connection itself, else the newest, which is the one that
// the client knows. They come with the oldest first.
void add_guest(std::vector<Seat>& seats, const Seat& seat, PeerId now) {
    const auto same = std::find_if(seats.begin(), seats.end(),
                                   [&](const Seat& each) { return each.project == seat.project; });
    if (same == seats.end()) {
        seats.push_back(seat);
    } else if (same->peer != now) {
        *same = seat;
    }
}

}  // namespace

SeatTickets send_seats(db::Tx& tx, RoomId room, UserId user) {
    return {tx.send(kOwned, {room, user}), tx.send(kSeats, {room, user})};
}

Result<Seats> receive_seats(db::Tx& tx, const SeatTickets& tickets, PeerId now) {
    Seats seats;
    COLLAB_TRY(seats.owned,
               tx.list(tickets.owned, [](const db::Row& row) { return row.id<ProjectId>(0); }));
    COLLAB_TRY(const auto rows, tx.list(tickets.seats, [](const db::Row& row) {
        return Seat{row.integer(0),
                    row.id<ProjectId>(1),
                    {static_cast<std::uint32_t>(row.integer(2)),
                     static_cast<std::uint32_t>(row.integer(3))},
                    row.boolean(4)};
    }));
    for (const auto& seat : rows) {
        if (!seat.is_host) {
            add_guest(seats.visited, seat, now);
        } else if (std::find(seats.owned.begin(), seats.owned.end(), seat.project) !=
                   seats.owned.end()) {
            seats.hosted.push_back(seat);
        }
    }
    return seats;
}

db::Ticket send_visits(db::Tx& tx, RoomId room, UserId user,
                       const std::vector<std::int64_t>& projects, PeerId to) {
    return tx.send(kMoveVisits, {room, user, projects, to.server, to.connection});
}

Result<std::unordered_set<std::int64_t>> receive_visits(db::Tx& tx, db::Ticket ticket) {
    COLLAB_TRY(const auto rows, tx.list(ticket, [](const db::Row& row) { return row.integer(0); }));
    return std::unordered_set<std::int64_t>(rows.begin(), rows.end());
}

Status move_host(db::Tx& tx, const Seat& seat, PeerId to) {
    COLLAB_DO(tx.run(kMoveSeat, {seat.row, to.server, to.connection}));
    return tx.run(kMoveHost, {seat.project, to.server, to.connection});
}

}  // namespace collab::projects
