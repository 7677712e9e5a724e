// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who is in which room, and whom it rings for, in SQL. Every function runs in the caller's
// transaction; none of them tells anybody. A user has one row at most, in one room (spec 1, 4.1).

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "db/tx.h"
#include "rpc/role.h"

namespace collab::rooms {

// A user and the connection that he answers on.
struct Place {
    RoomId room;
    UserId user;
    PeerId peer;
};

// What somebody who names a room finds there.
struct Entry {
    std::optional<ChannelId> channel;  // of the room
    bool ringing = false;              // the user has a row there that is not answered
};

// What a row says of somebody in a room.
struct Standing {
    rpc::Role role = rpc::Role::banned;
    bool answered = false;
};

// Somebody's row in the room of a channel.
struct Seat {
    RoomId room;
    UserId user;
    std::optional<PeerId> peer;  // nothing while it rings
    rpc::Role role = rpc::Role::banned;
};

Result<std::optional<Place>> find_place(db::Tx& tx, PeerId peer);
// Where the user answers; asked and fetched apart so that it can travel with other reads.
struct RoomPlace {
    Place place;
    std::optional<ChannelId> channel;  // of the room
};
db::Ticket send_place(db::Tx& tx, UserId user);
Result<std::optional<RoomPlace>> receive_place(db::Tx& tx, db::Ticket ticket);
// Nothing when there is no such room.
Result<std::optional<Entry>> find_entry(db::Tx& tx, RoomId room, UserId user);
// A query that was started; fetched by receive_standing().
db::Ticket send_standing(db::Tx& tx, RoomId room, UserId user);
Result<std::optional<Standing>> receive_standing(db::Tx& tx, db::Ticket ticket);
// The rows of these users in the room of the channel, answered or not.
db::Ticket send_seats(db::Tx& tx, ChannelId channel, const std::vector<UserId>& users);
Result<std::vector<Seat>> receive_seats(db::Tx& tx, db::Ticket ticket);

Result<RoomId> insert_room(db::Tx& tx, const std::string& livekit_room);
// The room of the channel, made with that name when there was none. Started and fetched apart.
db::Ticket send_channel_room(db::Tx& tx, ChannelId channel, const std::string& livekit_room);
Result<RoomId> receive_channel_room(db::Tx& tx, db::Ticket ticket);
// Ends a call that rings for the user elsewhere than in the channel's room: the room where it did.
db::Ticket send_end_elsewhere(db::Tx& tx, ChannelId channel, UserId user);
Result<std::optional<RoomId>> receive_ended(db::Tx& tx, db::Ticket ticket);
Status delete_room(db::Tx& tx, RoomId room);

// Answers with the connection `place.peer`, as the participant with the lowest free index. A row
// that rings in that room is answered and keeps its role; a new row gets `role`. Nothing happens
// when the user has a row elsewhere: the room, loaded afterwards, shows whether he is in it.
Status take_place(db::Tx& tx, const Place& place, rpc::Role role);

// Each ends a call that rings for the user, and tells whether (and where) one did. By server: only
// one that this server has rung for, or one that is gone.
Result<std::optional<RoomId>> delete_pending(db::Tx& tx, UserId user, ServerId rung_by);
Result<bool> delete_pending(db::Tx& tx, UserId user, RoomId room);
Result<bool> delete_pending(db::Tx& tx, UserId user, RoomId room, PeerId placed_by);

// One call of somebody, from when it rings until it is answered or over.
using CallId = std::int64_t;
Result<bool> delete_pending(db::Tx& tx, CallId call);

struct NewCall {
    RoomId room;
    UserId called;
    UserId caller;
    PeerId caller_peer;
    std::optional<ProjectId> initial_project;
    rpc::Role role = rpc::Role::guest;
};
// Nothing happens, and there is no id, when the called user has a row already.
db::Ticket send_call(db::Tx& tx, const NewCall& call);
Result<std::optional<CallId>> receive_call(db::Tx& tx, db::Ticket ticket);

struct RingingCall {
    RoomId room;
    UserId caller;
    std::optional<ProjectId> initial_project;
};
// The calls that ring for `users`, asked and fetched apart so that it can travel with other reads.
db::Ticket send_ringing(db::Tx& tx, const std::vector<UserId>& users);
Result<std::unordered_map<UserId, RingingCall>> receive_ringing(db::Tx& tx, db::Ticket ticket);

Status set_role(db::Tx& tx, RoomId room, UserId user, rpc::Role role);
Status set_lost(db::Tx& tx, PeerId peer);
// False when nobody answers in the room on that connection. `kind` as LocationKind.
Result<bool> set_location(db::Tx& tx, const Place& place, int kind,
                          std::optional<ProjectId> project);
// Whether the channel of the room, or one above it, asks for a CLA that the user has not signed;
// asked and fetched apart so that it can travel with other reads.
db::Ticket send_cla(db::Tx& tx, RoomId room, UserId user);
Result<bool> receive_lacks_cla(db::Tx& tx, db::Ticket ticket);

}  // namespace collab::rooms
