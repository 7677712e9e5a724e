// SPDX-License-Identifier: Apache-2.0
#pragma once

// A room as it stands in the database, in the two forms that it is needed in: the Room message for
// its people and the state that the loop's index keeps. Who changes rooms is elsewhere.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "areas/rooms/room_rows.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/tx.h"
#include "proto/rooms.pb.h"
#include "rpc/index.h"

namespace collab::rooms {

struct RoomSnapshot {
    rpc::RoomState state;  // answered participants, projects with a host
    proto::Room message;   // spec 1, 4.2; livekit_room is always filled
    std::string livekit_room;
    std::optional<ChannelId> channel;
    std::vector<UserId> pending;  // whom a call rings
    bool empty = false;           // nobody answers in it

    // The users who answer in it, in the order of their rows.
    std::vector<UserId> users() const;
};

// Reads the room in one round trip; nothing when there is no such room.
Result<std::optional<RoomSnapshot>> load_room(db::Tx& tx, RoomId room);
// The second half of it: what send_room() asked for.
Result<std::optional<RoomSnapshot>> receive_snapshot(db::Tx& tx, RoomId room,
                                                     const RoomTickets& tickets);

// All rooms with their projects, for the index of a server that starts. One round trip.
Result<std::vector<rpc::RoomState>> load_all_rooms(db::Tx& tx);

// The features of a project as its row keeps them, a JSON array of strings, or empty (spec 9, 9.5),
// and back. Any other text is read as no features.
std::string features_to_text(const std::vector<std::string>& features);
std::vector<std::string> features_from_text(std::string_view text);

}  // namespace collab::rooms
