// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/leave.h"
#include "areas/rooms/lifecycle.h"
#include "areas/rooms/rejoin.h"
#include "areas/rooms/rooms_routes.h"
#include "room_world.h"

namespace collab::rooms {
namespace {

class RoomsLifecycle : public test::RoomWorldTest {
protected:
    void SetUp() override {
        start(routes());
        if (IsSkipped()) return;
        ada = &client("ada");
        bea = &client("bea");
    }
    // As if the client's connection had been one of another server process.
    ServerId move_to_other_server(const test::FakeClient& client) {
        const ServerId other{
            world()
                .sql(
                    "INSERT INTO servers (environment, seen_at) VALUES ('test', 0) RETURNING id")[0]
                .integer(0)};
        for (const auto* sql :
             {"UPDATE room_participants SET answering_connection_server_id = $1 "
              "WHERE answering_connection_id = $2",
              "UPDATE projects SET host_connection_server_id = $1 WHERE host_connection_id = $2",
              "UPDATE project_collaborators SET connection_server_id = $1 "
              "WHERE connection_id = $2"}) {
            world().sql(sql, {other, client.peer.connection});
        }
        return other;
    }

    test::FakeClient* ada = nullptr;
    test::FakeClient* bea = nullptr;
};
COLLAB_DATABASE_SUITE(RoomsLifecycle);

TEST_P(RoomsLifecycle, KeepsThePlaceOfALostConnectionUntilItIsLeft) {
    room_of(*ada, {bea});
    const auto lost = bea->peer;
    world().disconnect(*bea);
    ada->forget();
    write(*ada, [lost](rpc::Call& call) { return mark_connection_lost(call, lost); });
    EXPECT_TRUE(ada->received<proto::RoomUpdated>().empty());
    EXPECT_EQ(world()
                  .sql("SELECT COUNT(*) FROM room_participants WHERE answering_connection_lost")[0]
                  .integer(0),
              1);
    write(*ada, [lost](rpc::Call& call) { return leave_room(call, lost); });
    EXPECT_EQ(users_of(room_at(*ada)), (std::vector{ada->user.value}));
}

TEST_P(RoomsLifecycle, LeavesNothingWhenTheUserCameBackOnAnotherConnection) {
    const auto room = room_of(*ada, {bea});
    const auto lost = bea->peer;
    world().disconnect(*bea);
    auto& back = world().connect(bea->user);
    write(back, [room, lost](rpc::Call& call) -> Status {
        const auto tickets = send_rejoin(call, room);
        COLLAB_TRY(const auto place, receive_rejoin(call.tx, tickets));
        EXPECT_EQ(place.old_peer, lost);
        EXPECT_FALSE(place.channel);
        EXPECT_EQ(place.role, rpc::Role::member);
        return ok();
    });
    refresh(back, room);
    write(*ada, [lost](rpc::Call& call) { return leave_room(call, lost); });
    EXPECT_EQ(users_of(room_at(*ada)).size(), 2u);
    EXPECT_EQ(room_at(*ada).participants(1).peer_id().id(), back.peer.connection);
    EXPECT_NE(world().live->index.participant(room, back.peer), nullptr);
}

TEST_P(RoomsLifecycle, RefusesARejoinWithoutAPlace) {
    const auto room = create_room(*ada);
    write(*bea, [room](rpc::Call& call) {
        EXPECT_FALSE(receive_rejoin(call.tx, send_rejoin(call, room)).ok());
        return ok();
    });
    make_contacts(*ada, *bea);
    ring(*ada, *bea, room);
    write(*bea, [room](rpc::Call& call) {
        EXPECT_FALSE(receive_rejoin(call.tx, send_rejoin(call, room)).ok()) << "it only rings";
        return ok();
    });
}

TEST_P(RoomsLifecycle, RingsAtAConnectionThatComesLater) {
    make_contacts(*ada, *bea);
    ring(*ada, *bea, create_room(*ada));
    auto& late = world().connect(bea->user);
    write(late, [&](rpc::Call& call) -> Status {
        const auto ticket = send_ringing(call.tx, {ada->user, bea->user});
        COLLAB_TRY(const auto ringing, receive_ringing(call.tx, ticket));
        EXPECT_EQ(ringing.size(), 1u);
        return post_incoming_call(call, late.peer, ringing.at(bea->user));
    });
    ASSERT_EQ(late.received<proto::IncomingCall>().size(), 1u);
}

TEST_P(RoomsLifecycle, EndsACallToWhoIsOffline) {
    make_contacts(*ada, *bea);
    ring(*ada, *bea, create_room(*ada));
    const auto user = bea->user;
    world().disconnect(*bea);
    write(*ada, [user](rpc::Call& call) {
        return decline_when_offline(call, user, {call.peer().server});
    });
    EXPECT_EQ(room_at(*ada).pending_participants_size(), 0);
    write(*ada, [user = ada->user](rpc::Call& call) {
        return decline_when_offline(call, user, {call.peer().server});
    });
    EXPECT_EQ(count("room_participants"), 1) << "an answered place is no call";
}

TEST_P(RoomsLifecycle, SweepsThePeopleOfADeadServer) {
    auto& cleo = client("cleo");
    make_contacts(*bea, cleo);
    const auto room = room_of(*ada, {bea});
    const auto project = share(*bea, room, {ada});
    ring(*bea, cleo, room);
    const auto dead = move_to_other_server(*bea);
    write(*ada, [dead](rpc::Call& call) { return sweep(call, {dead}, {}); });
    EXPECT_EQ(users_of(room_at(*ada)), (std::vector{ada->user.value}));
    EXPECT_EQ(cleo.received<proto::CallCanceled>().size(), 1u);
    EXPECT_TRUE(ada->received<proto::UnshareProject>().empty()) << "spec 1, 2.2 step 4";
    EXPECT_EQ(world().live->index.project(project), nullptr);
    EXPECT_EQ(count("projects"), 0);
}

TEST_P(RoomsLifecycle, KeepsTheEmptyRoomOfAChannelWhenItSweeps) {
    const auto room = create_room(*bea);
    world().sql("INSERT INTO channels (id, name, visibility) VALUES (900, 'c', 'members')");
    world().sql("UPDATE rooms SET channel_id = 900 WHERE id = $1", {room});
    const auto dead = move_to_other_server(*bea);
    write(*ada, [dead](rpc::Call& call) { return sweep(call, {dead}, {}); });
    EXPECT_EQ(count("rooms"), 1);
    EXPECT_EQ(count("room_participants"), 0);
}

TEST_P(RoomsLifecycle, SweepsARoomThatNobodyCameBackTo) {
    const auto room = create_room(*bea);
    const auto dead = move_to_other_server(*bea);
    create_room(*ada);
    write(*ada, [dead](rpc::Call& call) { return sweep(call, {dead}, {}); });
    EXPECT_EQ(count("rooms"), 1);
    EXPECT_EQ(world().live->index.room(room), nullptr);
}

TEST_P(RoomsLifecycle, SweepsAProjectWhoseHostCameBackWithoutIt) {
    const auto room = room_of(*ada, {bea});
    const auto project = share(*bea, room, {ada});
    const auto dead = move_to_other_server(*bea);
    world().sql(
        "UPDATE room_participants SET answering_connection_server_id = $1 WHERE user_id = $2",
        {bea->peer.server, bea->user});
    write(*ada, [dead](rpc::Call& call) { return sweep(call, {dead}, {}); });
    EXPECT_EQ(users_of(room_at(*ada)).size(), 2u);
    EXPECT_EQ(room_at(*ada).participants(1).projects_size(), 0);
    EXPECT_EQ(world().live->index.project(project), nullptr);
}

TEST_P(RoomsLifecycle, LeavesTheLivingAlone) {
    room_of(*ada, {bea});
    ada->forget();
    write(*ada, [](rpc::Call& call) { return sweep(call, {ServerId{4711}}, {}); });
    EXPECT_TRUE(ada->received<proto::RoomUpdated>().empty());
    EXPECT_EQ(count("room_participants"), 2);
}

TEST_P(RoomsLifecycle, KnowsAllRoomsWhenAServerStarts) {
    const auto room = room_of(*ada, {bea});
    const auto project = share(*ada, room, {bea});
    auto& cleo = client("cleo");
    create_room(cleo);
    write(*ada, [&](rpc::Call& call) -> Status {
        COLLAB_TRY(const auto rooms, load_all_rooms(call.tx));
        EXPECT_EQ(rooms.size(), 2u);
        EXPECT_EQ(rooms.front().participants.size(), 2u);
        EXPECT_EQ(rooms.front().projects.size(), 1u);
        EXPECT_EQ(rooms.front().projects.front().id, project);
        EXPECT_EQ(rooms.front().projects.front().collaborators.size(), 2u);
        return ok();
    });
}

TEST(Features, AreKeptAsText) {
    EXPECT_EQ(features_to_text({"new-style-anchors"}), "[\"new-style-anchors\"]");
    const std::vector<std::vector<std::string>> all = {
        {}, {""}, {"new-style-anchors", "another one"}, {std::string("\0\n\"\\", 4), "\xc3\xa9"}};
    for (const auto& features : all) {
        EXPECT_EQ(features_from_text(features_to_text(features)), features);
    }
    EXPECT_EQ(features_to_text({std::string("\0", 1)}).find('\0'), std::string::npos);
}

}  // namespace
}  // namespace collab::rooms
