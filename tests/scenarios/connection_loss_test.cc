// SPDX-License-Identifier: Apache-2.0
// A connection ends while the server lives on.
#include "scenarios/scenario.h"

namespace collab::test {
namespace {

class ConnectionLoss : public CallScenarioTest {};
COLLAB_DATABASE_SUITE(ConnectionLoss);

TEST_P(ConnectionLoss, ChangesNothingForWhoRejoinsInTime) {
    const auto project = share(*ada, room);
    world().drop(*ada);
    world().advance(20s);
    EXPECT_EQ(people_in(room), (std::set{ada->user, bea->user}));
    auto& ada2 = back(*ada);
    proto::RejoinRoom again;
    again.set_id(static_cast<std::uint64_t>(room.value));
    again.add_reshared_projects()->set_project_id(project);
    EXPECT_EQ(ada2.request(again).as<proto::RejoinRoomResponse>().reshared_projects_size(), 1);
    world().advance(60s);
    EXPECT_EQ(people_in(room), (std::set{ada->user, bea->user}));
    EXPECT_TRUE(seen_by(*carol, *ada)->online());
    EXPECT_TRUE(seen_by(*carol, *ada)->busy());
}

// The old connection stays open, and has its place in the project.
TEST_P(ConnectionLoss, IsNotNeededToLeaveBehindAPlaceInAProject) {
    const auto project = share(*ada, room);
    proto::JoinProject join;
    join.set_project_id(project);
    ASSERT_FALSE(bea->request(join).is_error());
    auto& bea2 = back(*bea);
    ASSERT_FALSE(rejoin(bea2, room).is_error());
    ASSERT_FALSE(bea2.request(proto::LeaveRoom()).is_error());
    const auto gone = ada->received<proto::RemoveProjectCollaborator>();
    ASSERT_EQ(gone.size(), 1u);
    EXPECT_EQ(gone[0].peer_id().id(), bea->peer.connection);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM project_collaborators"), 1);
}

TEST_P(ConnectionLoss, LeavesTheRoomAfterTheReconnectTime) {
    share(*ada, room);
    world().drop(*ada);
    world().advance(29s);
    EXPECT_TRUE(people_in(room).contains(ada->user));
    EXPECT_TRUE(seen_by(*carol, *ada)->online());
    world().advance(2s);
    EXPECT_EQ(people_in(room), (std::set{bea->user}));
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM projects"), 0);
    EXPECT_FALSE(seen_by(*carol, *ada)->online());
    EXPECT_FALSE(seen_by(*carol, *ada)->busy());
    EXPECT_EQ(bea->received<proto::RoomUpdated>().back().room().participants_size(), 1);
}

TEST_P(ConnectionLoss, EndsTheCallOfWhoIsLeftAlone) {
    world().drop(*ada);
    world().drop(*bea);
    world().advance(kLongestStay);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM rooms"), 0);
    EXPECT_FALSE(seen_by(*carol, *bea)->busy());
}

TEST_P(ConnectionLoss, IsNoticedOnAHalfOpenConnection) {
    // The machine is off: nothing is read, nothing is said; the socket layer gives up after 10 s.
    ada->reading = false;
    world().advance(10s);
    world().drop(*ada);
    world().advance(kLongestStay - 10s);
    EXPECT_EQ(people_in(room), (std::set{bea->user}));
    EXPECT_FALSE(seen_by(*carol, *ada)->online());
}

TEST_P(ConnectionLoss, HappensToWhoDoesNotReadWhatIsSent) {
    ada->reading = false;
    proto::UpdateParticipantLocation here;
    here.set_room_id(static_cast<std::uint64_t>(room.value));
    here.mutable_location()->mutable_external();
    bea->request(here);
    world().advance(kLongestStay);
    EXPECT_EQ(ada->close_code, 1013);
    EXPECT_EQ(people_in(room), (std::set{bea->user}));
}

TEST_P(ConnectionLoss, OfTheOldConnectionDoesNotTouchTheNewOne) {
    // The client noticed before the server did.
    auto& ada2 = back(*ada);
    EXPECT_FALSE(rejoin(ada2, room).is_error());
    world().advance(10s);
    world().drop(*ada);
    world().advance(60s);
    EXPECT_EQ(people_in(room), (std::set{ada->user, bea->user}));
    EXPECT_TRUE(seen_by(*carol, *ada)->online());
}

TEST_P(ConnectionLoss, EndsThePlaceInAProjectThatItsGuestDidNotComeBackTo) {
    const auto project = share(*ada, room);
    proto::JoinProject join;
    join.set_project_id(project);
    ASSERT_FALSE(bea->request(join).is_error());
    world().drop(*bea);
    ASSERT_FALSE(rejoin(back(*bea), room).is_error());  // its window was closed meanwhile
    ada->forget();
    world().advance(kLongestStay);
    EXPECT_EQ(people_in(room), (std::set{ada->user, bea->user}));
    const auto removed = ada->received<proto::RemoveProjectCollaborator>();
    ASSERT_EQ(removed.size(), 1u);
    EXPECT_EQ(removed[0].peer_id().id(), bea->peer.connection);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM project_collaborators"), 1);
}

TEST_P(ConnectionLoss, OfWhoIsBeingCalledEndsTheRinging) {
    ring(*ada, room, *carol);
    EXPECT_EQ(ada->received<proto::RoomUpdated>().back().room().pending_participants_size(), 1);
    world().drop(*carol);
    world().advance(kLongestStay);
    EXPECT_EQ(ada->received<proto::RoomUpdated>().back().room().pending_participants_size(), 0);
    EXPECT_FALSE(seen_by(*ada, *carol)->busy());
    // Nobody rings when carol comes back.
    EXPECT_TRUE(back(*carol).received<proto::IncomingCall>().empty());
}

TEST_P(ConnectionLoss, OfTheCallerCancelsTheCall) {
    ring(*ada, room, *carol);
    world().drop(*ada);
    world().advance(kLongestStay);
    EXPECT_EQ(carol->received<proto::CallCanceled>().size(), 1u);
    EXPECT_FALSE(carol->request(proto::CreateRoom()).is_error());
}

TEST_P(ConnectionLoss, OfOneOfTwoLeavesTheUserOnline) {
    auto& carol2 = back(*carol);
    world().drop(*carol);
    world().advance(kLongestStay);
    EXPECT_TRUE(seen_by(*ada, *carol)->online());
    world().drop(carol2);
    world().advance(kLongestStay);
    EXPECT_FALSE(seen_by(*ada, *carol)->online());
}

TEST_P(ConnectionLoss, LeavesTheNotesAfterTheReconnectTime) {
    const auto channel = create_channel(*ada, "zoo");
    open_note(*ada, channel);
    world().drop(*ada);
    world().advance(kLongestStay);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM channel_buffer_collaborators"), 0);
}

TEST_P(ConnectionLoss, OfTheCallerBeforeTheCallIsPlacedLeavesNobodyOfflineBusy) {
    world().drop(*carol);
    world().advance(kLongestStay);
    proto::Call request;
    request.set_room_id(static_cast<std::uint64_t>(room.value));
    request.set_called_user_id(static_cast<std::uint64_t>(carol->user.value));
    ada->post(request);
    world().drop(*ada);
    auto& ada2 = back(*ada);
    EXPECT_FALSE(rejoin(ada2, room).is_error());
    world().advance(kLongestStay);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM room_participants"), 2);
    EXPECT_FALSE(seen_by(ada2, *carol)->busy());
}

TEST_P(ConnectionLoss, DuringACallFailsItForTheCaller) {
    proto::Call request;
    request.set_room_id(static_cast<std::uint64_t>(room.value));
    request.set_called_user_id(static_cast<std::uint64_t>(carol->user.value));
    const auto id = ada->send(request);
    world().drop(*carol);  // before it has said that it rings
    world().settle();
    EXPECT_TRUE(ada->answer_to(id).is_error());
    EXPECT_EQ(ada->received<proto::RoomUpdated>().back().room().pending_participants_size(), 0);
}

}  // namespace
}  // namespace collab::test
