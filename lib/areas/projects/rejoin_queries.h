// SPDX-License-Identifier: Apache-2.0
#pragma once

// SQL of RejoinRoom's projects: which ones the caller hosts or is a guest of, and moving its rows
// to its new connection.

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

// All seats of the user in the room's projects. One round trip.
Result<Seats> load_seats(db::Tx& tx, RoomId room, UserId user, PeerId now);

// Moves a seat to the connection; a host's takes its project along.
Status move_seat(db::Tx& tx, const Seat& seat, PeerId to);

}  // namespace collab::projects
