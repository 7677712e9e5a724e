// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/channel_evictor.h"
#include "areas/rooms/rooms_routes.h"
#include "room_world.h"

namespace collab::rooms {
namespace {

class JoinChannel : public test::RoomWorldTest {
protected:
    void SetUp() override {
        rpc::Settings settings;
        settings.livekit = {"https://sound.example", "key", "secret"};
        start(routes(), settings);
        if (IsSkipped()) return;
        ada = &client("ada");
        bea = &client("bea");
        channel = make_channel("team");
        add_member(channel, *ada, "admin");
    }
    void evict(const test::FakeClient& user) {
        write(*ada, [this, id = user.user](rpc::Call& call) {
            return ChannelEvictor().evict(call, channel, {id});
        });
    }
    void weaken(const test::FakeClient& user, rpc::Role role) {
        write(*ada, [this, id = user.user, role](rpc::Call& call) {
            return ChannelEvictor().weaken(call, channel, id, role);
        });
    }

    test::FakeClient* ada = nullptr;
    test::FakeClient* bea = nullptr;
    ChannelId channel;
};
COLLAB_DATABASE_SUITE(JoinChannel);

TEST_P(JoinChannel, OpensTheCallOfTheChannelWithTheRoleInIt) {
    const auto first = ada->request(join_of(channel)).as<proto::JoinRoomResponse>();
    EXPECT_EQ(first.channel_id(), static_cast<std::uint64_t>(channel.value));
    EXPECT_EQ(first.room().livekit_room().size(), 38u);
    EXPECT_EQ(first.room().livekit_room().substr(0, 8), "channel-");
    EXPECT_TRUE(first.live_kit_connection_info().can_publish());
    add_member(channel, *bea, "member");
    const auto second = bea->request(join_of(channel)).as<proto::JoinRoomResponse>();
    EXPECT_EQ(second.room().id(), first.room().id());
    EXPECT_EQ(role_in(second.room(), *bea), proto::Member);
    EXPECT_EQ(users_of(room_at(*ada)), (std::vector{ada->user.value, bea->user.value}));
}

TEST_P(JoinChannel, AnswersBeforeItTellsTheRoom) {
    room_in(*ada, channel);
    std::vector<std::uint32_t> tags;
    for (const auto& each : ada->inbox()) tags.push_back(each.tag);
    const auto answer =
        std::find(tags.begin(), tags.end(), wire::tag_of<proto::JoinRoomResponse>());
    const auto update = std::find(tags.begin(), tags.end(), wire::tag_of<proto::RoomUpdated>());
    ASSERT_NE(update, tags.end());
    EXPECT_LT(answer - tags.begin(), update - tags.begin());
}

TEST_P(JoinChannel, LetsAnybodyIntoAPublicOneAsAListeningGuest) {
    world().sql("UPDATE channels SET visibility = 'public'");
    const auto answer = bea->request(join_of(channel)).as<proto::JoinRoomResponse>();
    EXPECT_EQ(role_in(answer.room(), *bea), proto::Guest);
    EXPECT_FALSE(answer.live_kit_connection_info().can_publish());
    EXPECT_FALSE(bea->received<proto::UpdateUserChannels>().empty());
}

TEST_P(JoinChannel, WhoIsRefusedHasLeftTheCallHeWasIn) {
    const auto room = room_of(*bea, {ada});
    const auto refused = bea->request(join_of(channel));
    ASSERT_TRUE(refused.is_error());
    EXPECT_EQ(refused.envelope.error().code(), proto::Forbidden);
    EXPECT_EQ(world().live->index.participant(room, bea->peer), nullptr);
    EXPECT_EQ(users_of(room_at(*ada)), std::vector{ada->user.value});
    EXPECT_FALSE(bea->request(proto::CreateRoom()).is_error());
}

TEST_P(JoinChannel, WhoAsksForNoneThatIsThereHasLeftTheCallHeWasIn) {
    create_room(*bea);
    const auto unknown = bea->request(join_of(ChannelId{999}));
    EXPECT_EQ(unknown.envelope.error().code(), proto::NoSuchChannel);
    EXPECT_EQ(count("room_participants"), 0);
}

TEST_P(JoinChannel, WhoMayNotEnterByTheRoomHasLeftTheCallHeWasInToo) {
    const auto room = room_in(*ada, channel);
    create_room(*bea);
    EXPECT_EQ(bea->request(join_of(room)).envelope.error().code(), proto::Forbidden);
    EXPECT_EQ(users_of(room_at(*ada)), std::vector{ada->user.value});
    EXPECT_EQ(count("room_participants"), 1);
}

TEST_P(JoinChannel, LeavesTheRoomOnTheOtherConnection) {
    auto& cleo = client("cleo");
    const auto old = room_of(*bea, {&cleo});
    const auto project = share(cleo, old, {bea});
    add_member(channel, *bea, "member");
    auto& second = world().connect(bea->user);
    room_in(second, channel);
    EXPECT_EQ(users_of(room_at(cleo)), (std::vector{cleo.user.value}));
    const auto removed = cleo.received<proto::RemoveProjectCollaborator>();
    ASSERT_EQ(removed.size(), 1u);
    EXPECT_EQ(removed[0].project_id(), static_cast<std::uint64_t>(project.value));
    EXPECT_EQ(removed[0].peer_id().id(), bea->peer.connection) << "the one that left";
}

TEST_P(JoinChannel, EndsACallThatRingsElsewhere) {
    auto& cleo = client("cleo");
    make_contacts(*ada, cleo);
    const auto room = create_room(cleo);
    ring(cleo, *ada, room);
    room_in(*ada, channel);
    EXPECT_EQ(ada->received<proto::CallCanceled>().size(), 1u);
    EXPECT_EQ(room_at(cleo).pending_participants_size(), 0);
}

TEST_P(JoinChannel, AcceptsACallIntoTheChannelAndStopsTheRingingElsewhere) {
    add_member(channel, *bea, "member");
    make_contacts(*ada, *bea);
    auto& second = world().connect(bea->user);
    const auto room = room_in(*ada, channel);
    ring(*ada, *bea, room);
    const auto answer = bea->request(join_of(room)).as<proto::JoinRoomResponse>();
    EXPECT_EQ(answer.channel_id(), static_cast<std::uint64_t>(channel.value));
    EXPECT_EQ(second.received<proto::CallCanceled>().size(), 1u);
}

TEST_P(JoinChannel, MakesANewRoomAfterTheLastOneLeft) {
    const auto first = room_in(*ada, channel);
    ada->request(proto::LeaveRoom());
    EXPECT_EQ(count("rooms"), 0);
    EXPECT_NE(first, room_in(*ada, channel));
    EXPECT_EQ(count("rooms"), 1);
}

TEST_P(JoinChannel, FromAnotherConnectionTakesTheSamePlaceAndKeepsTheSound) {
    add_member(channel, *bea, "member");
    const auto room = room_in(*ada, channel);
    room_in(*bea, channel);
    auto& second = world().connect(bea->user);
    EXPECT_EQ(room_in(second, channel), room);
    EXPECT_EQ(users_of(room_at(*ada)), (std::vector{ada->user.value, bea->user.value}));
    EXPECT_TRUE(media.lines.empty()) << "he would be removed after he has joined again";
    second.request(proto::LeaveRoom());
    EXPECT_EQ(media.lines.size(), 1u);
}

TEST_P(JoinChannel, EndsForWhoIsEvicted) {
    add_member(channel, *bea, "member");
    const auto room = room_in(*ada, channel);
    room_in(*bea, channel);
    const auto project = share(*ada, room, {bea});
    evict(*bea);
    EXPECT_EQ(users_of(room_at(*ada)), (std::vector{ada->user.value}));
    EXPECT_EQ(ada->received<proto::RemoveProjectCollaborator>().size(), 1u);
    ASSERT_EQ(bea->received<proto::UnshareProject>().size(), 1u);
    EXPECT_EQ(bea->received<proto::UnshareProject>()[0].project_id(),
              static_cast<std::uint64_t>(project.value));
    EXPECT_FALSE(bea->closed) << "there is time to read why";
    world().executor.advance(std::chrono::seconds(1));
    EXPECT_TRUE(bea->closed);
    EXPECT_EQ(bea->close_code, 1012);
    EXPECT_FALSE(ada->closed);
    ASSERT_EQ(media.lines.size(), 1u);
    EXPECT_EQ(media.lines[0].rfind("remove " + std::to_string(bea->user.value), 0), 0u);
}

TEST_P(JoinChannel, StopsRingingAtWhoIsEvicted) {
    add_member(channel, *bea, "member");
    make_contacts(*ada, *bea);
    ring(*ada, *bea, room_in(*ada, channel));
    evict(*bea);
    EXPECT_EQ(bea->received<proto::CallCanceled>().size(), 1u);
    EXPECT_EQ(room_at(*ada).pending_participants_size(), 0);
    EXPECT_FALSE(bea->closed);
}

TEST_P(JoinChannel, EvictsNobodyWhoIsElsewhere) {
    room_in(*ada, channel);
    create_room(*bea);
    evict(*bea);
    EXPECT_FALSE(bea->closed);
    EXPECT_EQ(count("room_participants"), 2);
}

TEST_P(JoinChannel, TakesRightsInTheCallButGivesNone) {
    add_member(channel, *bea, "member");
    const auto room = room_in(*ada, channel);
    room_in(*bea, channel);
    weaken(*bea, rpc::Role::guest);
    EXPECT_EQ(role_in(room_at(*bea), *bea), proto::Guest);
    EXPECT_EQ(world().live->index.participant(room, bea->peer)->role, rpc::Role::guest);
    weaken(*bea, rpc::Role::member);
    EXPECT_EQ(role_in(room_at(*bea), *bea), proto::Guest);
}

}  // namespace
}  // namespace collab::rooms
