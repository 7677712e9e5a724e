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

// One seat for each project: that of the connection itself, else the oldest.
void add_guest(std::vector<Seat>& seats, const Seat& seat, PeerId now) {
    const auto same = std::find_if(seats.begin(), seats.end(),
                                   [&](const Seat& each) { return each.project == seat.project; });
    if (same == seats.end()) {
        seats.push_back(seat);
    } else if (seat.peer == now) {
        *same = seat;
    }
}

}  // namespace

Result<Seats> load_seats(db::Tx& tx, RoomId room, UserId user, PeerId now) {
    const auto owned_ticket = tx.send(kOwned, {room, user});
    const auto seats_ticket = tx.send(kSeats, {room, user});
    Seats seats;
    COLLAB_TRY(seats.owned,
               tx.list(owned_ticket, [](const db::Row& row) { return row.id<ProjectId>(0); }));
    COLLAB_TRY(const auto rows, tx.list(seats_ticket, [](const db::Row& row) {
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

Status move_seat(db::Tx& tx, const Seat& seat, PeerId to) {
    COLLAB_DO(tx.run(kMoveSeat, {seat.row, to.server, to.connection}));
    if (!seat.is_host) return ok();
    return tx.run(kMoveHost, {seat.project, to.server, to.connection});
}

}  // namespace collab::projects
