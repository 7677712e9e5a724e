// SPDX-License-Identifier: Apache-2.0
#include "areas/following/following_routes.h"
#include "areas/following/view_update.h"
#include "areas/rooms/rooms_routes.h"
#include "proto/following.pb.h"
#include "room_world.h"

namespace collab::following {
namespace {

class Following : public test::RoomWorldTest {
protected:
    void SetUp() override {
        auto all = rooms::routes();
        for (auto& route : routes()) all.push_back(std::move(route));
        start(std::move(all));
        if (IsSkipped()) return;
        ada = &client("ada");
        bea = &client("bea");
        cleo = &client("cleo");
        room = room_of(*ada, {bea, cleo});
        project = share(*ada, room, {bea, cleo});
    }

    template <class M>
    M wish(const test::FakeClient& leader, std::optional<ProjectId> about) const {
        M message;
        message.set_room_id(static_cast<std::uint64_t>(room.value));
        if (about) message.set_project_id(static_cast<std::uint64_t>(about->value));
        message.mutable_leader_id()->set_owner_id(leader.peer.server);
        message.mutable_leader_id()->set_id(leader.peer.connection);
        return message;
    }
    // `follower` asks, `leader` answers with view 7.
    test::Received follow(test::FakeClient& follower, test::FakeClient& leader,
                          std::optional<ProjectId> about) {
        leader.forget();
        const auto id = follower.send(wish<proto::Follow>(leader, about));
        const auto asked = leader.received_raw(wire::tag_of<proto::Follow>());
        EXPECT_EQ(asked.size(), 1u);
        if (asked.empty()) return {};
        EXPECT_EQ(asked[0].envelope.original_sender_id().id(), follower.peer.connection);
        proto::FollowResponse response;
        response.mutable_active_view()->mutable_id()->set_id(7);
        leader.reply(asked[0], response);
        return follower.answer_to(id);
    }
    proto::UpdateFollowers view(std::optional<ProjectId> about) const {
        proto::UpdateFollowers update;
        update.set_room_id(static_cast<std::uint64_t>(room.value));
        if (about) update.set_project_id(static_cast<std::uint64_t>(about->value));
        update.mutable_update_view()->mutable_id()->set_id(3);
        return update;
    }
    static std::size_t got(test::FakeClient& client) {
        return client.received<proto::UpdateFollowers>().size();
    }

    test::FakeClient* ada = nullptr;
    test::FakeClient* bea = nullptr;
    test::FakeClient* cleo = nullptr;
    RoomId room;
    ProjectId project;
};
COLLAB_DATABASE_SUITE(Following);

TEST_P(Following, IsAnsweredByTheLeaderAndShownToAll) {
    const auto answer = follow(*bea, *ada, project).as<proto::FollowResponse>();
    EXPECT_EQ(answer.active_view().id().id(), 7u);
    for (auto* each : {ada, bea, cleo}) {
        ASSERT_EQ(room_at(*each).followers_size(), 1);
        EXPECT_EQ(room_at(*each).followers(0).leader_id().id(), ada->peer.connection);
        EXPECT_EQ(room_at(*each).followers(0).follower_id().id(), bea->peer.connection);
    }
}

TEST_P(Following, TwiceIsOneFollowAndShownOnce) {
    follow(*bea, *ada, project);
    cleo->forget();
    EXPECT_FALSE(follow(*bea, *ada, project).is_error());
    EXPECT_EQ(count("followers"), 1);
    EXPECT_TRUE(cleo->received<proto::RoomUpdated>().empty());
}

TEST_P(Following, WithoutAProjectIsNotStored) {
    EXPECT_FALSE(follow(*bea, *ada, {}).is_error());
    EXPECT_EQ(count("followers"), 0);
}

TEST_P(Following, IsNotStoredWhenTheLeaderRefuses) {
    const auto id = bea->send(wish<proto::Follow>(*ada, project));
    proto::Error error;
    error.set_message("not now");
    ada->reply(ada->received_raw(wire::tag_of<proto::Follow>())[0], error);
    EXPECT_EQ(bea->answer_to(id).envelope.error().message(), "not now");
    EXPECT_EQ(count("followers"), 0);
}

TEST_P(Following, NeedsTwoConnectionsOfTheRoom) {
    auto& stranger = client("stranger");
    EXPECT_TRUE(stranger.request(wish<proto::Follow>(*ada, project)).is_error());
    EXPECT_TRUE(bea->request(wish<proto::Follow>(stranger, project)).is_error());
    EXPECT_TRUE(bea->request(wish<proto::Follow>(*bea, project)).is_error());
    EXPECT_TRUE(bea->request(wish<proto::Follow>(*ada, ProjectId{999})).is_error());
    auto nobody = wish<proto::Follow>(*ada, project);
    nobody.clear_leader_id();
    EXPECT_TRUE(bea->request(nobody).is_error());
    EXPECT_TRUE(ada->received<proto::Follow>().empty());
}

TEST_P(Following, NeedsOneLeaderInOneRoom) {
    const auto once = wish<proto::Follow>(*ada, project).SerializeAsString();
    const auto other = wish<proto::Follow>(*cleo, project).SerializeAsString();
    const auto id = bea->send_raw(wire::tag_of<proto::Follow>(), once + other);
    EXPECT_TRUE(bea->answer_to(id).is_error());
    bea->send_raw(wire::tag_of<proto::Unfollow>(), once + once);
    for (auto* each : {ada, cleo}) {
        EXPECT_TRUE(each->received<proto::Follow>().empty());
        EXPECT_TRUE(each->received<proto::Unfollow>().empty());
    }
}

TEST_P(Following, EndsWhenTheFollowerSaysSo) {
    follow(*bea, *ada, project);
    follow(*cleo, *ada, project);
    cleo->send(wish<proto::Unfollow>(*ada, project));
    ASSERT_EQ(ada->received<proto::Unfollow>().size(), 1u);
    EXPECT_EQ(
        ada->received_raw(wire::tag_of<proto::Unfollow>())[0].envelope.original_sender_id().id(),
        cleo->peer.connection);
    ASSERT_EQ(room_at(*bea).followers_size(), 1);
    EXPECT_EQ(room_at(*bea).followers(0).follower_id().id(), bea->peer.connection);
}

TEST_P(Following, EndsAlsoWhenTheLeaderIsNotConnected) {
    follow(*bea, *ada, project);
    world().disconnect(*ada);
    bea->send(wish<proto::Unfollow>(*ada, project));
    EXPECT_EQ(count("followers"), 0);
}

TEST_P(Following, OfOthersIsNotEndedByAStranger) {
    follow(*bea, *ada, project);
    auto& stranger = client("stranger");
    stranger.send(wish<proto::Unfollow>(*ada, project));
    EXPECT_TRUE(ada->received<proto::Unfollow>().empty());
    EXPECT_EQ(count("followers"), 1);
}

TEST_P(Following, PassesViewsToTheProjectButNotToTheirLeader) {
    auto update = view(project);
    update.mutable_update_view()->mutable_leader_id()->set_owner_id(bea->peer.server);
    update.mutable_update_view()->mutable_leader_id()->set_id(bea->peer.connection);
    const auto before = world().writer->statements();
    ada->send(update);
    EXPECT_EQ(got(*cleo), 1u);
    EXPECT_EQ(got(*bea), 0u);
    EXPECT_EQ(got(*ada), 0u);
    EXPECT_EQ(world().writer->statements(), before);
}

TEST_P(Following, PassesViewsWithoutAProjectToTheRoom) {
    proto::UpdateFollowers update = view({});
    ada->send(update);
    EXPECT_EQ(got(*bea), 1u);
    EXPECT_EQ(got(*cleo), 1u);
}

TEST_P(Following, DropsViewsInAProjectThatCannotBe) {
    proto::UpdateFollowers update = view({});
    update.set_project_id(0);
    ada->send(update);
    EXPECT_EQ(got(*bea) + got(*cleo), 0u);
}

// The answer of the leader comes when the follower has left the project.
TEST_P(Following, IsNotStoredForWhoHasLeftTheProject) {
    bea->send(wish<proto::Follow>(*ada, project));
    world().sql("DELETE FROM project_collaborators WHERE connection_id = $1",
                {static_cast<std::int64_t>(bea->peer.connection)});
    ada->reply(ada->received_raw(wire::tag_of<proto::Follow>())[0], proto::FollowResponse());
    EXPECT_EQ(count("followers"), 0);
}

TEST_P(Following, DropsViewsOfWhoIsBannedInTheCall) {
    proto::SetRoomParticipantRole ban;
    ban.set_room_id(static_cast<std::uint64_t>(room.value));
    ban.set_user_id(static_cast<std::uint64_t>(bea->user.value));
    ban.set_role(proto::Banned);
    ASSERT_FALSE(ada->request(ban).is_error());
    for (const auto& update : {view(project), view({})}) bea->send(update);
    EXPECT_EQ(got(*cleo), 0u);
}

TEST_P(Following, DropsViewsOfStrangers) {
    auto& stranger = client("stranger");
    stranger.send(view({}));
    stranger.send(view(project));
    EXPECT_EQ(got(*ada) + got(*bea) + got(*cleo), 0u);
}

TEST(ViewUpdate, IsRefusedWhenAFieldThatCountsStandsTwice) {
    proto::UpdateFollowers update;
    update.set_room_id(4);
    update.mutable_update_view()->mutable_leader_id()->set_owner_id(1);
    update.mutable_update_view()->mutable_leader_id()->set_id(9);
    const auto once = update.SerializeAsString();
    const auto peeked = peek_view_update(wire::as_bytes(once));
    ASSERT_TRUE(peeked.ok());
    EXPECT_EQ(peeked->leader, (PeerId{1, 9}));
    EXPECT_FALSE(peeked->project);
    const auto twice = once + once;
    EXPECT_FALSE(peek_view_update(wire::as_bytes(twice)).ok());
    EXPECT_FALSE(peek_view_update(wire::as_bytes(once.substr(0, once.size() - 1))).ok());
}

}  // namespace
}  // namespace collab::following
