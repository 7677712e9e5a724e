// SPDX-License-Identifier: Apache-2.0
#pragma once

// SQL of RejoinRoom's projects: which ones the caller hosts or is a guest of, and moving its rows
// to its new connection.

#include <unordered_set>
#include <vector>

#include "db/tx.h"

namespace collab::projects {

// A collaborator's row of the caller.
struct Seat {
    std::int64_t row = 0;
    ProjectId project;
    PeerId peer;  // where it is connected, or was
    bool is_host = false;
};

struct Seats {
    std::vector<Seat> hosted;      // of projects of the room whose host the user is
    std::vector<ProjectId> owned;  // the same projects, also those without a host's row
    std::vector<Seat> visited;     // as a guest, of the room's projects; one for each project
};

// All seats of the user in the room's projects, asked and fetched apart so that they can travel
// with more. `now` is the connection that the user has now.
struct SeatTickets {
    db::Ticket owned;
    db::Ticket seats;
};
SeatTickets send_seats(db::Tx& tx, RoomId room, UserId user);
Result<Seats> receive_seats(db::Tx& tx, const SeatTickets& tickets, PeerId now);

// Moves the guest's seat in each of `projects` to the connection, that seat which Seats::visited
// names, if the user's role in the room may read projects. The rows are those that were moved.
db::Ticket send_visits(db::Tx& tx, RoomId room, UserId user,
                       const std::vector<std::int64_t>& projects, PeerId to);
Result<std::unordered_set<std::int64_t>> receive_visits(db::Tx& tx, db::Ticket ticket);

// Moves a host's seat to the connection, and its project.
Status move_host(db::Tx& tx, const Seat& seat, PeerId to);

}  // namespace collab::projects
