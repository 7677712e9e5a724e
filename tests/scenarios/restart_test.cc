// SPDX-License-Identifier: Apache-2.0
// A server process ends, told or not, and another one takes over its database.
#include "scenarios/scenario.h"

namespace collab::test {
namespace {

class Restart : public CallScenarioTest {
protected:
    // Ada, who is back in the room after a kill while her call to Carol rang.
    FakeClient& killed_while_carol_is_called() {
        ring(*ada, room, *carol);
        world().kill();
        world().start();
        auto& again = back(*ada);
        EXPECT_FALSE(rejoin(again, room).is_error());
        return again;
    }
};
COLLAB_DATABASE_SUITE(Restart);

TEST_P(Restart, KeepsWhoRejoinsInTimeAfterAKill) {
    const auto project = share(*ada, room);
    world().kill();
    world().start();
    auto& ada2 = back(*ada);
    auto& bea2 = back(*bea);
    proto::RejoinRoom reshare;
    reshare.set_id(static_cast<std::uint64_t>(room.value));
    reshare.add_reshared_projects()->set_project_id(project);
    const auto answer = ada2.request(reshare).as<proto::RejoinRoomResponse>();
    ASSERT_EQ(answer.reshared_projects_size(), 1);
    EXPECT_EQ(answer.reshared_projects(0).id(), project);
    rejoin(bea2, room).as<proto::RejoinRoomResponse>();

    world().advance(60s);
    EXPECT_EQ(people_in(room), (std::set{ada->user, bea->user}));
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM projects"), 1);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM servers"), 1);
}

TEST_P(Restart, KeepsWhoRejoinsInTimeAfterAGracefulStop) {
    ada->forget();
    world().stop();
    EXPECT_EQ(people_in(room), (std::set{ada->user, bea->user}));
    EXPECT_TRUE(ada->received<proto::RoomUpdated>().empty());
    world().start();
    auto& ada2 = back(*ada);
    auto& bea2 = back(*bea);
    EXPECT_FALSE(rejoin(ada2, room).is_error());
    EXPECT_FALSE(rejoin(bea2, room).is_error());
    world().advance(60s);
    EXPECT_EQ(people_in(room), (std::set{ada->user, bea->user}));
}

TEST_P(Restart, TakesOutWhoDoesNotComeBack) {
    world().kill();
    world().start();
    auto& ada2 = back(*ada);
    auto& carol2 = back(*carol);
    EXPECT_FALSE(rejoin(ada2, room).is_error());
    world().advance(kLongestStay);
    EXPECT_EQ(people_in(room), (std::set{ada->user}));
    const auto updates = ada2.received<proto::RoomUpdated>();
    ASSERT_FALSE(updates.empty());
    EXPECT_EQ(updates.back().room().participants_size(), 1);
    const auto bea_seen = seen_by(carol2, *bea);
    ASSERT_TRUE(bea_seen);
    EXPECT_FALSE(bea_seen->online());
    EXPECT_FALSE(bea_seen->busy());
    EXPECT_TRUE(seen_by(carol2, *ada)->busy());
}

TEST_P(Restart, EndsACallThatNobodyComesBackTo) {
    world().kill();
    world().start();
    auto& carol2 = back(*carol);
    EXPECT_TRUE(seen_by(carol2, *ada)->busy());
    world().advance(kLongestStay);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM rooms"), 0);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM room_participants"), 0);
    EXPECT_FALSE(seen_by(carol2, *ada)->busy());
    EXPECT_FALSE(seen_by(carol2, *bea)->busy());
}

TEST_P(Restart, RefusesARejoinThatComesTooLate) {
    world().kill();
    world().start();
    world().advance(kLongestStay);
    auto& ada2 = back(*ada);
    EXPECT_TRUE(rejoin(ada2, room).is_error());
    // The line is free again.
    EXPECT_FALSE(ada2.request(proto::CreateRoom()).is_error());
}

TEST_P(Restart, TakesOutWhoWasLostJustBeforeTheStop) {
    world().drop(*bea);
    world().advance(5s);
    world().stop();
    world().start();
    auto& ada2 = back(*ada);
    EXPECT_FALSE(rejoin(ada2, room).is_error());
    world().advance(kLongestStay);
    EXPECT_EQ(people_in(room), (std::set{ada->user}));
}

TEST_P(Restart, LosesNoNoteEditThatWasAcknowledged) {
    const auto channel = create_channel(*ada, "zoo");
    const auto note = open_note(*ada, channel);
    edit_note(*ada, channel, note.replica_id(), 1, "hello");
    world().kill();
    world().start();
    auto& ada2 = back(*ada);
    proto::RejoinChannelBuffers again;
    auto& buffer = *again.add_buffers();
    buffer.set_channel_id(channel);
    buffer.set_epoch(note.epoch());
    const auto answer = ada2.request(again).as<proto::RejoinChannelBuffersResponse>();
    ASSERT_EQ(answer.buffers_size(), 1);
    ASSERT_EQ(answer.buffers(0).operations_size(), 1);
    EXPECT_EQ(answer.buffers(0).operations(0).edit().new_text(0), "hello");
    world().advance(kLongestStay);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM channel_buffer_collaborators"), 1);
}

TEST_P(Restart, ForgetsTheNoteReadersThatDoNotComeBack) {
    const auto channel = create_channel(*ada, "zoo");
    edit_note(*ada, channel, open_note(*ada, channel).replica_id(), 1, "hello");
    world().kill();
    world().start();
    world().advance(kLongestStay);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM channel_buffer_collaborators"), 0);
    // The last one to leave folds the note; nothing of its text is lost.
    const auto note = open_note(back(*ada), channel);
    EXPECT_TRUE(note.base_text() == "hello" || note.operations_size() == 1)
        << note.ShortDebugString();
}

TEST_P(Restart, RingsOnWhenTheServerOfTheCalleeIsNew) {
    killed_while_carol_is_called();
    auto& carol2 = back(*carol);
    ASSERT_EQ(carol2.received<proto::IncomingCall>().size(), 1u);
    proto::JoinRoom answer;
    answer.set_id(static_cast<std::uint64_t>(room.value));
    EXPECT_FALSE(carol2.request(answer).is_error());
    world().advance(kLongestStay);
    EXPECT_EQ(people_in(room), (std::set{ada->user, carol->user}));
}

TEST_P(Restart, CancelsTheCallsOfWhoDoesNotComeBack) {
    ring(*ada, room, *carol);
    world().kill();
    world().start();
    auto& carol2 = back(*carol);
    world().advance(kLongestStay);
    EXPECT_EQ(carol2.received<proto::CallCanceled>().size(), 1u);
    EXPECT_FALSE(carol2.request(proto::CreateRoom()).is_error());
}

TEST_P(Restart, EndsTheCallOfACalleeWhoDoesNotComeBack) {
    auto& ada2 = killed_while_carol_is_called();
    world().advance(kLongestStay);
    EXPECT_EQ(ada2.received<proto::RoomUpdated>().back().room().pending_participants_size(), 0);
    EXPECT_FALSE(seen_by(ada2, *carol)->busy());
}

TEST_P(Restart, EndsTheCallOfACalleeWhoComesBackAndGoes) {
    auto& ada2 = killed_while_carol_is_called();
    auto& carol2 = back(*carol);
    world().advance(20s);
    EXPECT_TRUE(seen_by(ada2, *carol)->busy());
    world().drop(carol2);
    world().advance(kLongestStay);
    EXPECT_FALSE(seen_by(ada2, *carol)->busy());
}

TEST_P(Restart, TakesOutWhoDoesNotComeBackThoughTheClockWasSetBack) {
    world().kill();
    world().sql("UPDATE servers SET seen_at = seen_at + 3600000");
    world().start();
    world().advance(kLongestStay);
    EXPECT_TRUE(people_in(room).empty());
}

}  // namespace
}  // namespace collab::test
