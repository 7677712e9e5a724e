// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the database forgets when people leave a room, in one round trip however many they are. Who
// is told: parting.h.

#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "db/tx.h"

namespace collab::rooms {

// Somebody who leaves, with the connection that answered.
struct Leaver {
    UserId user;
    PeerId peer;
};

// A call that no longer rings because its caller left.
struct EndedCall {
    RoomId room;
    UserId called;
};

// A project that a leaver had a place in.
struct LeftProject {
    ProjectId project;
    PeerId peer;
    bool hosted = false;  // by him; it is deleted
};

struct Parting {
    std::vector<EndedCall> calls;
    std::vector<LeftProject> projects;
};

// Started deletions: receive_parting() fetches what they deleted, also after later statements.
struct PartingTickets {
    db::Ticket calls = 0;
    struct OfLeaver {
        PeerId peer;
        db::Ticket places;
        db::Ticket hosted;
    };
    std::vector<OfLeaver> leavers;
};

// Deletes the leavers' rows in the room, the calls that they placed anywhere and that still ring,
// their places in projects, their follows as leader and as follower, and the projects that they
// host. Connections are compared as pairs.
Result<PartingTickets> send_parting(db::Tx& tx, RoomId room, const std::vector<Leaver>& leavers);
Result<Parting> receive_parting(db::Tx& tx, const PartingTickets& tickets);

}  // namespace collab::rooms
