// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/rooms_routes.h"
#include "room_world.h"

namespace collab::rooms {
namespace {

class Call : public test::RoomWorldTest {
protected:
    void SetUp() override {
        start(routes());
        if (IsSkipped()) return;
        ada = &client("ada");
        bea = &client("bea");
        make_contacts(*ada, *bea);
        room = create_room(*ada);
    }

    static proto::CancelCall cancel_of(const test::FakeClient& called, RoomId room) {
        proto::CancelCall cancel;
        cancel.set_room_id(static_cast<std::uint64_t>(room.value));
        cancel.set_called_user_id(static_cast<std::uint64_t>(called.user.value));
        return cancel;
    }
    static proto::DeclineCall decline_of(RoomId room) {
        proto::DeclineCall decline;
        decline.set_room_id(static_cast<std::uint64_t>(room.value));
        return decline;
    }

    test::FakeClient* ada = nullptr;
    test::FakeClient* bea = nullptr;
    RoomId room;
};
COLLAB_DATABASE_SUITE(Call);

TEST_P(Call, RingsAtEveryConnectionAndIsAckedByTheFirst) {
    auto& second = world().connect(bea->user);
    const auto id = ada->send(call_to(*bea, room));
    EXPECT_FALSE(ada->answered(id));
    ASSERT_EQ(room_at(*ada).pending_participants_size(), 1);
    for (auto* ringing : {bea, &second}) {
        const auto incoming = ringing->received<proto::IncomingCall>();
        ASSERT_EQ(incoming.size(), 1u);
        EXPECT_EQ(incoming[0].room_id(), static_cast<std::uint64_t>(room.value));
        EXPECT_EQ(incoming[0].calling_user_id(), static_cast<std::uint64_t>(ada->user.value));
        ASSERT_EQ(incoming[0].participant_user_ids_size(), 1);
        EXPECT_FALSE(incoming[0].has_initial_project());
    }
    second.reply(second.received_raw(wire::tag_of<proto::IncomingCall>())[0], proto::Ack());
    EXPECT_EQ(ada->answer_to(id).envelope.payload_case(), proto::Envelope::kAck);
}

TEST_P(Call, IsAcceptedOnOneConnectionAndStopsRingingOnAll) {
    auto& second = world().connect(bea->user);
    ring(*ada, *bea, room);
    bea->forget();
    const auto answer = second.request(join_of(room)).as<proto::JoinRoomResponse>();
    EXPECT_EQ(answer.room().participants_size(), 2);
    EXPECT_EQ(answer.room().pending_participants_size(), 0);
    EXPECT_FALSE(answer.has_channel_id());
    EXPECT_FALSE(answer.has_live_kit_connection_info());
    EXPECT_EQ(role_in(answer.room(), *bea), proto::Member);
    EXPECT_EQ(answer.room().participants(1).participant_index(), 1u);
    EXPECT_EQ(bea->received<proto::CallCanceled>().size(), 1u);
    EXPECT_EQ(second.received<proto::CallCanceled>().size(), 1u);
    EXPECT_EQ(bea->received<proto::RoomUpdated>().size(), 0u);
    EXPECT_EQ(room_at(*ada).participants_size(), 2);
}

TEST_P(Call, ToSomebodyOfflineFailsAndFreesHim) {
    world().disconnect(*bea);
    const auto answer = ada->request(call_to(*bea, room));
    EXPECT_TRUE(answer.is_error());
    EXPECT_EQ(room_at(*ada).pending_participants_size(), 0);
    EXPECT_EQ(count("room_participants"), 1);
}

TEST_P(Call, FailsWhenNobodyAcknowledgesWithinTenSeconds) {
    const auto id = ada->send(call_to(*bea, room));
    world().executor.advance(std::chrono::milliseconds(9'900));
    EXPECT_FALSE(ada->answered(id));
    world().executor.advance(std::chrono::milliseconds(200));
    world().settle();
    EXPECT_TRUE(ada->answer_to(id).is_error());
    EXPECT_EQ(count("room_participants"), 1);
    EXPECT_EQ(bea->received<proto::CallCanceled>().size(), 1u) << "it may be ringing there";
}

TEST_P(Call, FailsWhenEveryConnectionRefusesAndIsNotCancelledThere) {
    const auto id = ada->send(call_to(*bea, room));
    bea->reply(bea->received_raw(wire::tag_of<proto::IncomingCall>())[0], proto::Error());
    EXPECT_TRUE(ada->answer_to(id).is_error());
    EXPECT_EQ(count("room_participants"), 1);
    EXPECT_TRUE(bea->received<proto::CallCanceled>().empty());
}

TEST_P(Call, IsAcknowledgedByAnAckOnly) {
    const auto id = ada->send(call_to(*bea, room));
    bea->reply(bea->received_raw(wire::tag_of<proto::IncomingCall>())[0], proto::UsersResponse());
    EXPECT_TRUE(ada->answer_to(id).is_error());
}

TEST_P(Call, FailsWhenItWasDeclinedAndThenRefused) {
    const auto id = ada->send(call_to(*bea, room));
    bea->send(decline_of(room));
    bea->reply(bea->received_raw(wire::tag_of<proto::IncomingCall>())[0], proto::Error());
    EXPECT_TRUE(ada->answer_to(id).is_error());
}

TEST_P(Call, SucceedsWhenItWasAnsweredWithoutAnAck) {
    const auto id = ada->send(call_to(*bea, room));
    bea->request(join_of(room));
    bea->reply(bea->received_raw(wire::tag_of<proto::IncomingCall>())[0], proto::Error());
    EXPECT_FALSE(ada->answer_to(id).is_error());
    EXPECT_EQ(room_at(*ada).participants_size(), 2);
}

TEST_P(Call, GoesOnRingingWhenItsCallerIsLost) {
    ada->send(call_to(*bea, room));
    world().disconnect(*ada);
    world().settle();
    world().executor.advance(std::chrono::seconds(11));
    world().settle();
    EXPECT_EQ(count("room_participants"), 2);
}

TEST_P(Call, GoesOnRingingWhenAnOlderOneThatWasCancelledIsGivenUp) {
    ada->send(call_to(*bea, room));
    EXPECT_FALSE(ada->request(cancel_of(*bea, room)).is_error());
    ring(*ada, *bea, room);
    world().executor.advance(std::chrono::seconds(11));
    world().settle();
    EXPECT_EQ(room_at(*ada).pending_participants_size(), 1);
    EXPECT_EQ(bea->received<proto::CallCanceled>().size(), 1u);
}

TEST_P(Call, NeedsAnAcceptedContact) {
    auto& stranger = client("stranger");
    EXPECT_TRUE(ada->request(call_to(stranger, room)).is_error());
    EXPECT_TRUE(ada->request(call_to(*ada, room)).is_error());
    EXPECT_TRUE(stranger.received<proto::IncomingCall>().empty());
}

TEST_P(Call, NeedsAPlaceInThatRoom) {
    EXPECT_TRUE(bea->request(call_to(*ada, room)).is_error());
    EXPECT_TRUE(ada->request(call_to(*bea, RoomId{9999})).is_error());
    world().sql("UPDATE room_participants SET role = 'banned'");
    EXPECT_TRUE(ada->request(call_to(*bea, room)).is_error());
    EXPECT_TRUE(bea->received<proto::IncomingCall>().empty());
}

TEST_P(Call, FindsWhoIsBusyBusy) {
    create_room(*bea);
    EXPECT_TRUE(ada->request(call_to(*bea, room)).is_error());
    EXPECT_EQ(count("room_participants"), 2);
}

TEST_P(Call, FromAGuestMakesAGuest) {
    world().sql("UPDATE room_participants SET role = 'talker'");
    ring(*ada, *bea, room);
    const auto answer = bea->request(join_of(room)).as<proto::JoinRoomResponse>();
    EXPECT_EQ(role_in(answer.room(), *bea), proto::Guest);
}

TEST_P(Call, NamesTheProjectThatItIsAbout) {
    const auto project = share(*ada, room, {});
    auto call = call_to(*bea, room);
    call.set_initial_project_id(static_cast<std::uint64_t>(project.value));
    ada->send(call);
    const auto incoming = bea->received<proto::IncomingCall>();
    ASSERT_EQ(incoming.size(), 1u);
    ASSERT_EQ(incoming[0].initial_project().worktree_root_names_size(), 1);
    EXPECT_EQ(incoming[0].initial_project().worktree_root_names(0), "one");
    EXPECT_EQ(room_at(*ada).pending_participants(0).initial_project_id(),
              static_cast<std::uint64_t>(project.value));
}

TEST_P(Call, ShowsContactsThatTheCalledUserIsBusy) {
    auto& cleo = client("cleo");
    make_contacts(*bea, cleo);
    ring(*ada, *bea, room);
    const auto updates = cleo.received<proto::UpdateContacts>();
    ASSERT_FALSE(updates.empty());
    EXPECT_EQ(updates.back().contacts(0).user_id(), static_cast<std::uint64_t>(bea->user.value));
    EXPECT_TRUE(updates.back().contacts(0).busy());
    EXPECT_TRUE(updates.back().contacts(0).online());
}

TEST_P(Call, IsCancelledOnlyByTheConnectionThatPlacedIt) {
    auto& second = world().connect(ada->user);
    ring(*ada, *bea, room);
    EXPECT_TRUE(second.request(cancel_of(*bea, room)).is_error());
    EXPECT_FALSE(ada->request(cancel_of(*bea, room)).is_error());
    EXPECT_EQ(bea->received<proto::CallCanceled>().size(), 1u);
    EXPECT_EQ(room_at(*ada).pending_participants_size(), 0);
    EXPECT_TRUE(ada->request(cancel_of(*bea, room)).is_error());
    EXPECT_TRUE(bea->request(join_of(room)).is_error());
}

TEST_P(Call, IsDeclinedByAnyConnectionAndCanBePlacedAgain) {
    auto& second = world().connect(bea->user);
    ring(*ada, *bea, room);
    second.send(decline_of(room));
    EXPECT_EQ(bea->received<proto::CallCanceled>().size(), 1u);
    EXPECT_EQ(second.received<proto::CallCanceled>().size(), 1u);
    EXPECT_EQ(room_at(*ada).pending_participants_size(), 0);
    ring(*ada, *bea, room);
    EXPECT_EQ(room_at(*ada).pending_participants_size(), 1);
}

}  // namespace
}  // namespace collab::rooms
