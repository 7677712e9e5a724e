// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/lifecycle.h"

#include <map>
#include <set>

#include "areas/contacts/presence.h"
#include "areas/rooms/leave.h"
#include "areas/rooms/parting.h"
#include "areas/rooms/ringing.h"
#include "areas/rooms/room_rows.h"
#include "areas/rooms/room_updates.h"

namespace collab::rooms {
namespace {

constexpr std::string_view kStaleParticipants = R"sql(
    SELECT room_id, user_id, answering_connection_server_id, answering_connection_id
    FROM room_participants
    WHERE answering_connection_server_id IN IDS($1) AND answering_connection_id IS NOT NULL
    ORDER BY room_id, id
)sql";

// Who came back himself, but not to a project that he shared or had joined.
constexpr std::string_view kStaleHosts = R"sql(
    DELETE FROM projects WHERE host_connection_server_id IN IDS($1) RETURNING room_id
)sql";

constexpr std::string_view kStaleGuests = R"sql(
    DELETE FROM project_collaborators WHERE connection_server_id IN IDS($1)
    RETURNING (SELECT p.room_id FROM projects p WHERE p.id = project_id)
)sql";

constexpr std::string_view kStaleFollowers = R"sql(
    DELETE FROM followers
    WHERE leader_connection_server_id IN IDS($1) OR follower_connection_server_id IN IDS($1)
    RETURNING room_id
)sql";

constexpr std::string_view kStaleCalls = R"sql(
    SELECT id, user_id, room_id FROM room_participants
    WHERE calling_connection_server_id IN IDS($1) AND answering_connection_id IS NULL
)sql";

// Of one who came back: nobody else's row names his old connection.
constexpr std::string_view kPlacesLeftBehind = R"sql(
    DELETE FROM project_collaborators
    WHERE connection_server_id = $1 AND connection_id = $2 AND NOT is_host
    RETURNING project_id, (SELECT p.room_id FROM projects p WHERE p.id = project_id)
)sql";

constexpr std::string_view kFollowsLeftBehind = R"sql(
    DELETE FROM followers
    WHERE (leader_connection_server_id = $1 AND leader_connection_id = $2)
       OR (follower_connection_server_id = $1 AND follower_connection_id = $2)
    RETURNING room_id
)sql";

struct StalePlace {
    RoomId room;
    Leaver leaver;
};

using Rooms = std::map<RoomId, std::vector<Leaver>>;

Result<Rooms> list_stale_rooms(db::Tx& tx, const std::vector<std::int64_t>& servers) {
    COLLAB_TRY(const auto places, tx.list(kStaleParticipants, {servers}, [](const db::Row& row) {
        return StalePlace{row.id<RoomId>(0), {row.id<UserId>(1), peer_at(row, 2)}};
    }));
    Rooms rooms;
    for (const auto& place : places) rooms[place.room].push_back(place.leaver);
    return rooms;
}

// Ends projects, places and follows that name a dead server although their people are back, and
// adds their rooms.
Status sweep_projects(db::Tx& tx, const std::vector<std::int64_t>& servers, Rooms& rooms) {
    std::vector<db::Ticket> tickets;
    for (const auto& sql : {kStaleHosts, kStaleGuests, kStaleFollowers}) {
        tickets.push_back(tx.send(sql, {servers}));
    }
    for (const auto ticket : tickets) {
        COLLAB_TRY(const auto changed,
                   tx.list(ticket, [](const db::Row& row) { return row.optional_integer(0); }));
        for (const auto room : changed) {
            if (room) rooms[RoomId{*room}];
        }
    }
    return ok();
}

// Whoever they ring for would have come back by now; nobody else's farewell ends them.
Status sweep_calls(rpc::Call& call, const std::vector<std::int64_t>& servers,
                   const std::unordered_set<UserId>& online, Rooms& rooms) {
    struct StaleCall {
        CallId id;
        UserId called;
        RoomId room;
    };
    COLLAB_TRY(const auto calls, call.tx.list(kStaleCalls, {servers}, [](const db::Row& row) {
        return StaleCall{row.integer(0), row.id<UserId>(1), row.id<RoomId>(2)};
    }));
    std::vector<UserId> ended;
    for (const auto& each : calls) {
        if (online.contains(each.called)) continue;
        COLLAB_DO(delete_pending(call.tx, each.id));
        post_call_canceled(call.outbox, each.called, each.room);  // he may just have come
        rooms[each.room];
        ended.push_back(each.called);
    }
    contacts::post_presence(call, ended);
    return ok();
}

}  // namespace

Status mark_connection_lost(rpc::Call& call, PeerId lost) {
    return set_lost(call.tx, lost);
}

Status leave_lost_connection(rpc::Call& call, PeerId lost) {
    COLLAB_DO(leave_room(call, lost));
    const auto places = call.tx.send(kPlacesLeftBehind, {lost.server, lost.connection});
    const auto follows = call.tx.send(kFollowsLeftBehind, {lost.server, lost.connection});
    std::set<RoomId> rooms;
    COLLAB_TRY(const auto left, call.tx.list(places, [&](const db::Row& row) {
        if (!row.is_null(1)) rooms.insert(row.id<RoomId>(1));
        return row.id<ProjectId>(0);
    }));
    COLLAB_TRY(const auto followed,
               call.tx.list(follows, [](const db::Row& row) { return row.id<RoomId>(0); }));
    rooms.insert(followed.begin(), followed.end());
    for (const auto project : left) {
        call.outbox.to_project(project, make_removed_collaborator(project, lost), lost);
    }
    for (const auto room : rooms) post_room_updated(call, room);
    return ok();
}

Status decline_when_offline(rpc::Call& call, UserId user, ServerId own) {
    COLLAB_TRY(const auto room, delete_pending(call.tx, user, own));
    if (!room) return ok();
    post_room_updated(call, *room);
    return ok();
}

Status post_incoming_call(rpc::Call& call, PeerId peer, const RingingCall& ringing) {
    COLLAB_TRY(const auto room, load_room(call.tx, ringing.room));
    if (!room) return Error{ErrorCode::internal, "a call rings for a room that is gone"};
    call.outbox.to_peer(peer, make_incoming_call(*room, ringing.caller, ringing.initial_project));
    return ok();
}

Status sweep(rpc::Call& call, const std::vector<ServerId>& stale,
             const std::unordered_set<UserId>& online) {
    std::vector<std::int64_t> servers;
    for (const auto server : stale) servers.push_back(server.value);
    COLLAB_TRY(auto rooms, list_stale_rooms(call.tx, servers));
    COLLAB_DO(sweep_projects(call.tx, servers, rooms));
    COLLAB_DO(sweep_calls(call, servers, online, rooms));
    for (const auto& [room, leavers] : rooms) {
        if (leavers.empty()) {
            post_room_updated(call, room);
        } else {
            COLLAB_DO(take_out(call, room, leavers, Manner::swept));
        }
    }
    return ok();
}

}  // namespace collab::rooms
