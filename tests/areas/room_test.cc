// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/rooms_routes.h"
#include "proto/core.pb.h"
#include "room_world.h"

namespace collab::rooms {
namespace {

class Room : public test::RoomWorldTest {
protected:
    void SetUp() override {
        start(routes());
        if (IsSkipped()) return;
        ada = &client("ada");
        bea = &client("bea");
    }

    static proto::SetRoomParticipantRole role_of(const test::FakeClient& user, RoomId room,
                                                 int role) {
        proto::SetRoomParticipantRole request;
        request.set_room_id(static_cast<std::uint64_t>(room.value));
        request.set_user_id(static_cast<std::uint64_t>(user.user.value));
        request.set_role(static_cast<proto::ChannelRole>(role));
        return request;
    }

    test::FakeClient* ada = nullptr;
    test::FakeClient* bea = nullptr;
};
COLLAB_DATABASE_SUITE(Room);

TEST_P(Room, BeginsWithItsCreatorAsAdmin) {
    const auto room = ada->request(proto::CreateRoom()).as<proto::CreateRoomResponse>().room();
    ASSERT_EQ(room.participants_size(), 1);
    const auto& self = room.participants(0);
    EXPECT_EQ(self.user_id(), static_cast<std::uint64_t>(ada->user.value));
    EXPECT_EQ(self.peer_id().id(), ada->peer.connection);
    EXPECT_EQ(self.peer_id().owner_id(), ada->peer.server);
    EXPECT_EQ(self.participant_index(), 0u);
    EXPECT_EQ(self.role(), proto::Admin);
    EXPECT_TRUE(self.location().has_external());
    EXPECT_EQ(room.livekit_room().size(), 30u);
    EXPECT_TRUE(ada->received<proto::RoomUpdated>().empty());
}

TEST_P(Room, IsTheOnlyOneOfItsUser) {
    create_room(*ada);
    auto& second = world().connect(ada->user);
    EXPECT_TRUE(second.request(proto::CreateRoom()).is_error());
    EXPECT_EQ(count("rooms"), 1);
}

TEST_P(Room, IsNotMadeByWhoIsBeingCalled) {
    make_contacts(*ada, *bea);
    ring(*ada, *bea, create_room(*ada));
    EXPECT_TRUE(bea->request(proto::CreateRoom()).is_error());
}

TEST_P(Room, IsJoinedOnlyByWhoWasCalled) {
    const auto room = create_room(*ada);
    EXPECT_TRUE(bea->request(join_of(room)).is_error());
    EXPECT_TRUE(bea->request(join_of(RoomId{4711})).is_error());
    EXPECT_EQ(count("room_participants"), 1);
}

TEST_P(Room, GivesTheLowestFreeIndex) {
    auto& cleo = client("cleo");
    auto& dora = client("dora");
    const auto room = room_of(*ada, {bea, &cleo});
    bea->request(proto::LeaveRoom());
    make_contacts(*ada, dora);
    ring(*ada, dora, room);
    const auto joined = dora.request(join_of(room)).as<proto::JoinRoomResponse>().room();
    for (const auto& each : joined.participants()) {
        if (each.user_id() == static_cast<std::uint64_t>(dora.user.value)) {
            EXPECT_EQ(each.participant_index(), 1u);
        }
    }
}

TEST_P(Room, HearsOfWhoLeaves) {
    auto& cleo = client("cleo");
    room_of(*ada, {bea, &cleo});
    bea->forget();
    EXPECT_EQ(bea->request(proto::LeaveRoom()).envelope.payload_case(), proto::Envelope::kAck);
    EXPECT_EQ(users_of(room_at(*ada)), (std::vector{ada->user.value, cleo.user.value}));
    EXPECT_FALSE(room_at(*ada).livekit_room().empty());
    EXPECT_TRUE(bea->received<proto::RoomUpdated>().empty());
    EXPECT_EQ(bea->request(proto::LeaveRoom()).envelope.payload_case(), proto::Envelope::kAck);
}

TEST_P(Room, GoesWithItsLastParticipantAndStopsRinging) {
    make_contacts(*ada, *bea);
    const auto room = create_room(*ada);
    ring(*ada, *bea, room);
    ada->request(proto::LeaveRoom());
    EXPECT_EQ(bea->received<proto::CallCanceled>().size(), 1u);
    EXPECT_EQ(count("rooms"), 0);
    EXPECT_EQ(count("room_participants"), 0);
    EXPECT_EQ(world().live->index.room_count(), 0u);
    create_room(*bea);
}

TEST_P(Room, LosesTheProjectsOfAHostWhoLeaves) {
    auto& cleo = client("cleo");
    const auto room = room_of(*ada, {bea, &cleo});
    const auto project = share(*ada, room, {bea});
    ada->request(proto::LeaveRoom());
    ASSERT_EQ(bea->received<proto::UnshareProject>().size(), 1u);
    EXPECT_EQ(bea->received<proto::UnshareProject>()[0].project_id(),
              static_cast<std::uint64_t>(project.value));
    EXPECT_TRUE(cleo.received<proto::UnshareProject>().empty());
    EXPECT_TRUE(ada->received<proto::UnshareProject>().empty());
    EXPECT_EQ(count("projects"), 0);
    EXPECT_EQ(world().live->index.project(project), nullptr);
}

TEST_P(Room, TellsTheProjectWhichGuestHasLeft) {
    const auto room = room_of(*ada, {bea});
    const auto project = share(*ada, room, {bea});
    world().sql(
        "INSERT INTO followers (room_id, project_id, leader_connection_server_id, "
        "leader_connection_id, follower_connection_server_id, follower_connection_id) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        {room, project, bea->peer.server, bea->peer.connection, ada->peer.server,
         ada->peer.connection});
    bea->request(proto::LeaveRoom());
    const auto removed = ada->received<proto::RemoveProjectCollaborator>();
    ASSERT_EQ(removed.size(), 1u);
    EXPECT_EQ(removed[0].peer_id().id(), bea->peer.connection);
    EXPECT_EQ(room_at(*ada).followers_size(), 0);
    EXPECT_EQ(count("project_collaborators"), 1);
    ASSERT_NE(world().live->index.project(project), nullptr);
    EXPECT_EQ(world().live->index.project(project)->collaborators.size(), 1u);
}

TEST_P(Room, ShowsVisibleWorktreesOfTheHost) {
    const auto room = room_of(*ada, {bea});
    share(*ada, room, {});
    const auto shown = room_at(*bea);
    ASSERT_EQ(shown.participants(0).projects_size(), 1);
    ASSERT_EQ(shown.participants(0).projects(0).worktree_root_names_size(), 1);
    EXPECT_EQ(shown.participants(0).projects(0).worktree_root_names(0), "one");
}

TEST_P(Room, KnowsWhereItsPeopleLook) {
    const auto room = room_of(*ada, {bea});
    proto::UpdateParticipantLocation request;
    request.set_room_id(static_cast<std::uint64_t>(room.value));
    EXPECT_TRUE(ada->request(request).is_error()) << "no location";
    request.mutable_location()->mutable_shared_project()->set_id(5);
    EXPECT_FALSE(ada->request(request).is_error());
    EXPECT_EQ(room_at(*bea).participants(0).location().shared_project().id(), 5u);
    request.mutable_location()->mutable_unshared_project();
    ada->request(request);
    EXPECT_TRUE(room_at(*bea).participants(0).location().has_unshared_project());
    auto& second = world().connect(ada->user);
    EXPECT_TRUE(second.request(request).is_error()) << "not the connection that is in the room";
}

TEST_P(Room, LetsOnlyItsAdminsSetRoles) {
    const auto room = room_of(*ada, {bea});
    EXPECT_TRUE(bea->request(role_of(*bea, room, 0)).is_error());
    EXPECT_FALSE(ada->request(role_of(*bea, room, 2)).is_error());
    EXPECT_EQ(role_in(room_at(*bea), *bea), proto::Guest);
    EXPECT_EQ(world().live->index.participant(room, bea->peer)->role, rpc::Role::guest);
    EXPECT_TRUE(ada->request(role_of(*bea, room, 77)).is_error());
    auto& stranger = client("stranger");
    EXPECT_TRUE(ada->request(role_of(stranger, room, 1)).is_error());
    EXPECT_TRUE(stranger.request(role_of(*bea, room, 1)).is_error());
}

TEST_P(Room, OfAChannelWithACLAGivesRightsOnlyToWhoSignedIt) {
    const auto root = make_channel("zed", "public");
    const auto channel = make_channel("below", "public");
    world().sql("UPDATE channels SET parent_path = $1 WHERE id = $2",
                {std::to_string(root.value) + "/", channel});
    world().sql("UPDATE channels SET requires_zed_cla = TRUE WHERE id = $1", {root});
    add_member(root, *ada, "admin");
    const auto room = room_in(*ada, channel);
    room_in(*bea, channel);
    const auto refused = ada->request(role_of(*bea, room, 1));
    ASSERT_TRUE(refused.is_error());
    EXPECT_EQ(refused.envelope.error().code(), proto::NeedsCla);
    EXPECT_FALSE(ada->request(role_of(*bea, room, 4)).is_error()) << "talkers need none";
    world().sql("INSERT INTO contributors (user_id) VALUES ($1)", {bea->user});
    EXPECT_FALSE(ada->request(role_of(*bea, room, 1)).is_error());
    EXPECT_EQ(role_in(room_at(*ada), *bea), proto::Member);
}

class RoomWithSound : public Room {
protected:
    void SetUp() override {
        rpc::Settings settings;
        settings.livekit = {"https://sound.example", "key", "secret"};
        start(routes(), settings);
        if (IsSkipped()) return;
        ada = &client("ada");
        bea = &client("bea");
    }
};
COLLAB_DATABASE_SUITE(RoomWithSound);

TEST_P(RoomWithSound, GivesATicketByTheRole) {
    const auto created = ada->request(proto::CreateRoom()).as<proto::CreateRoomResponse>();
    EXPECT_EQ(created.live_kit_connection_info().server_url(), "https://sound.example");
    EXPECT_TRUE(created.live_kit_connection_info().can_publish());
    EXPECT_FALSE(created.live_kit_connection_info().token().empty());
    const RoomId room{static_cast<std::int64_t>(created.room().id())};
    make_contacts(*ada, *bea);
    world().sql("UPDATE room_participants SET role = 'guest'");
    ring(*ada, *bea, room);
    const auto joined = bea->request(join_of(room)).as<proto::JoinRoomResponse>();
    EXPECT_FALSE(joined.live_kit_connection_info().can_publish());
}

TEST_P(RoomWithSound, TellsTheMediaServerWhoMaySpeakAndWhoLeft) {
    const auto room = room_of(*ada, {bea});
    const auto name = room_at(*ada).livekit_room();
    const auto id = std::to_string(bea->user.value);
    ada->request(role_of(*bea, room, 2));
    ada->request(role_of(*bea, room, 4));
    bea->request(proto::LeaveRoom());
    EXPECT_EQ(media.lines,
              (std::vector{"mute " + id + " in " + name, "unmute " + id + " in " + name,
                           "remove " + id + " from " + name}));
    media.lines.clear();
    ada->request(proto::LeaveRoom());
    EXPECT_EQ(media.lines.back(), "delete " + name);
}

}  // namespace
}  // namespace collab::rooms
