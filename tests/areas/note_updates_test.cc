// SPDX-License-Identifier: Apache-2.0
// What becomes of operations: stored, relayed, held, passed over, refused.

#include "areas/notes/note_updates.h"
#include "areas/notes_world.h"

namespace collab::notes {
namespace {

class NoteUpdates : public NotesTest {
protected:
    void SetUp() override {
        NotesTest::SetUp();
        if (IsSkipped()) return;
        ada = &given("ada");
        bea = &given("bea");
        join(*ada);
        join(*bea);
    }

    test::FakeClient* ada = nullptr;  // replica 8
    test::FakeClient* bea = nullptr;  // replica 9
};
COLLAB_DATABASE_SUITE(NoteUpdates);

TEST_P(NoteUpdates, ReachTheOthersUnchangedAndNotTheirSender) {
    const auto sent = edit(8, 1, {}, 0, 0, "h\xc3\xa9llo");
    send(*ada, {sent, selection(8, 2)});
    const auto got = relayed(*bea);
    ASSERT_EQ(got.size(), 2u);
    EXPECT_EQ(got[0].SerializeAsString(), sent.SerializeAsString());
    EXPECT_TRUE(got[1].has_update_selections());
    EXPECT_TRUE(relayed(*ada).empty());
}

TEST_P(NoteUpdates, ReachTheOthersAsTheBytesThatCame) {
    proto::UpdateChannelBuffer update;
    update.set_channel_id(number(channel));
    *update.add_operations() = edit(8, 1, {}, 0, 0, "a");
    std::string payload = update.SerializeAsString();
    wire::put_bytes_field(payload, 901, "later");  // of a client newer than this server
    ada->send_raw(wire::tag_of<proto::UpdateChannelBuffer>(), payload);
    const auto got = bea->received<proto::UpdateChannelBuffer>();
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0].SerializeAsString(), payload);
}

TEST_P(NoteUpdates, ThatAreAllKnownAlreadyAreNotRelayedAgain) {
    const auto one = edit(8, 1, {}, 0, 0, "1");
    for (const auto& operations : {std::vector{one}, {one}}) send(*ada, operations);
    EXPECT_EQ(relayed(*bea).size(), 1u);
    send(*ada, {one, selection(8, 5)});
    ASSERT_EQ(relayed(*bea).size(), 2u);
    EXPECT_TRUE(relayed(*bea)[1].has_update_selections());
    EXPECT_EQ(count("buffer_operations"), 1);
}

TEST_P(NoteUpdates, WithSomethingNewAreRelayedWholeAndInTheirOrder) {
    const auto one = edit(8, 1, {}, 0, 0, "1");
    const auto two = edit(8, 2, {{8, 1}}, 1, 1, "2");
    const auto three = edit(8, 3, {{8, 2}}, 2, 2, "3");
    send(*ada, {one});
    bea->forget();
    const std::vector sent = {selection(8, 9), three, one, two, two};
    send(*ada, sent);
    const auto got = bea->received<proto::UpdateChannelBuffer>();
    ASSERT_EQ(got.size(), 1u);
    ASSERT_EQ(relayed(*bea).size(), sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i)
        EXPECT_EQ(relayed(*bea)[i].SerializeAsString(), sent[i].SerializeAsString());
    EXPECT_EQ(count("buffer_operations"), 3);
    leave(*bea);
    EXPECT_EQ(collapsed_text(*ada), "123");
}

// Else the others would wait for what never comes, and for all of that replica.
TEST_P(NoteUpdates, InWhichAKnownOneWasChangedAreRelayedWithoutIt) {
    send(*ada, {edit(8, 1, {}, 0, 0, "1"), edit(8, 3, {{8, 1}}, 1, 1, "3")});
    bea->forget();
    send(*ada, {edit(8, 3, {{8, 1}, {77, 2}}, 1, 1, "3"), edit(8, 4, {{8, 3}}, 2, 2, "4")});
    EXPECT_EQ(relayed(*bea).size(), 1u);
    send(*ada, {edit(8, 2, {{8, 1}}, 1, 1, "never stored"), edit(8, 5, {{8, 4}}, 3, 3, "5")});
    EXPECT_EQ(relayed(*bea).size(), 2u);
    send(*ada, {edit(8, 6, {{8, 5}}, 4, 4, "6"), edit(8, 6, {{8, 5}}, 4, 4, "other")});
    ASSERT_EQ(relayed(*bea).size(), 3u);
    EXPECT_EQ(relayed(*bea)[2].edit().new_text(0), "6");
}

TEST_P(NoteUpdates, NeedNotesThatAreOpenAndTheRightToEdit) {
    auto& reader = given("reader", rpc::Role::talker);
    world->sql("UPDATE channels SET visibility = 'public'");
    auto& outside = given("outside");
    join(reader);
    send(reader, {edit(10, 1, {}, 0, 0, "spam")});
    send(outside, {edit(11, 1, {}, 0, 0, "spam")});
    EXPECT_TRUE(relayed(*bea).empty());
    EXPECT_EQ(count("buffer_operations"), 0);
    send(reader, {selection(10, 2)});
    EXPECT_EQ(relayed(*bea).size(), 1u);
}

TEST_P(NoteUpdates, AreRefusedFromTheMomentTheRightIsGone) {
    send(*ada, {edit(8, 1, {}, 0, 0, "one")});
    on_writer([&](rpc::Call& call) {
        return call.tx.run("UPDATE channel_members SET role = 'guest' WHERE user_id = $1",
                           {ada->user});
    });
    send(*ada, {edit(8, 2, {{8, 1}}, 3, 3, "two")});
    EXPECT_EQ(relayed(*bea).size(), 1u);
    // By another server or program this time.
    world->sql("UPDATE channel_members SET role = 'member'");
    send(*ada, {edit(8, 3, {{8, 1}}, 3, 3, "three")});
    world->sql("UPDATE channel_members SET role = 'guest'");
    send(*ada, {edit(8, 4, {{8, 3}}, 3, 3, "four")});
    EXPECT_EQ(relayed(*bea).size(), 2u);
}

TEST_P(NoteUpdates, OfManyOperationsAreStoredWhole) {
    std::vector<proto::Operation> operations = {edit(8, 1, {}, 0, 0, "x")};
    for (std::uint32_t i = 2; i <= 87; ++i)
        operations.push_back(edit(8, i, {{8, i - 1}}, 0, 0, "x"));
    send(*ada, operations);
    EXPECT_EQ(count("buffer_operations"), 87);
    const auto got = relayed(*bea);
    ASSERT_EQ(got.size(), operations.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_EQ(got[i].SerializeAsString(), operations[i].SerializeAsString());
    }
    leave(*bea);
    EXPECT_EQ(collapsed_text(*ada), std::string(87, 'x'));
}

TEST_P(NoteUpdates, OfUnknownKindsAreLeftOutAndLineEndingsTravelAlone) {
    proto::Operation unknown;
    proto::Operation line_ending;
    line_ending.mutable_update_line_ending()->set_replica_id(8);
    send(*ada, {unknown, edit(8, 1, {}, 0, 0, "x"), line_ending});
    const auto got = bea->received<proto::UpdateChannelBuffer>();
    ASSERT_EQ(got.size(), 2u);
    EXPECT_EQ(got[0].operations_size(), 1);
    EXPECT_TRUE(got[1].operations(0).has_update_line_ending());
    bea->forget();
    send(*ada, {unknown});
    EXPECT_TRUE(relayed(*bea).empty());
}

// The others' clocks go on from there, and would have no timestamps left for their edits.
TEST_P(NoteUpdates, WithSelectionsOfAFarFutureAreRelayedWithoutThem) {
    send(*bea, {selection(9, 0xffff'fffe), selection(9, 0x3fff'ffff)});
    ASSERT_EQ(relayed(*ada).size(), 1u);
    send(*bea, {selection(9, 0x4000'0000), edit(9, 1, {}, 0, 0, "x")});
    ASSERT_EQ(relayed(*ada).size(), 2u);
    EXPECT_TRUE(relayed(*ada)[1].has_edit());
}

TEST_P(NoteUpdates, ThatComeEarlyWaitForWhatTheyNeed) {
    const auto one = edit(8, 1, {}, 0, 0, "one");
    const auto two = edit(8, 2, {{8, 1}}, 3, 3, " two");
    send(*ada, {two});
    EXPECT_TRUE(relayed(*bea).empty());
    EXPECT_EQ(count("buffer_operations"), 0);
    send(*ada, {one});
    EXPECT_EQ(relayed(*bea).size(), 2u);
    leave(*bea);
    EXPECT_EQ(collapsed_text(*ada), "one two");
}

TEST_P(NoteUpdates, ThatUndoWhatIsNotThereYetCountForItOnceItIs) {
    send(*ada, {edit(8, 1, {}, 0, 0, "stays ")});
    send(*ada, {undo(8, 2, {{8, 1}}, 9, 3)});
    EXPECT_EQ(relayed(*bea).size(), 2u);
    EXPECT_EQ(count("channel_buffer_collaborators"), 2);
    // As after a restart: from the rows.
    world->sql("UPDATE buffers SET stamp = stamp + 1");
    send(*bea, {edit(9, 3, {{8, 1}}, 6, 6, "undone")});
    leave(*bea);
    EXPECT_EQ(collapsed_text(*ada), "stays ");
}

TEST_P(NoteUpdates, ThatSomebodyElseWaitedForReachEverybodyButTheirSender) {
    auto& cem = given("cem");
    join(cem);
    send(*bea, {edit(9, 2, {{8, 1}}, 3, 3, "!")});
    send(*ada, {edit(8, 1, {}, 0, 0, "one")});
    EXPECT_EQ(relayed(cem).size(), 2u);
    EXPECT_EQ(relayed(*bea).size(), 1u);
    EXPECT_EQ(relayed(*ada).size(), 1u);
}

TEST_P(NoteUpdates, OfSomebodyWhoLeftAreNotWaitedForAnyMore) {
    send(*bea, {edit(9, 2, {{8, 1}}, 0, 0, "late")});
    leave(*bea);
    send(*ada, {edit(8, 1, {}, 0, 0, "x")});
    EXPECT_EQ(collapsed_text(*ada), "x");
}

TEST_P(NoteUpdates, OfSomebodyWhoLeftAndCameBackAreNotWaitedForEither) {
    auto& cem = given("cem");
    join(cem);
    send(*bea, {edit(9, 2, {{8, 1}}, 0, 0, "late")});
    leave(*bea);
    EXPECT_EQ(join(*bea).operations_size(), 0);  // what she knows now
    send(*ada, {edit(8, 1, {}, 0, 0, "x")});
    EXPECT_EQ(relayed(*bea).size(), 1u);
    EXPECT_EQ(relayed(cem).size(), 1u);
    EXPECT_EQ(count("buffer_operations"), 1);
}

TEST_P(NoteUpdates, OfSomebodyWhoWasTakenOutAndCameBackAreNotWaitedForEither) {
    send(*bea, {edit(9, 2, {{8, 1}}, 0, 0, "late"), edit(9, 0, {}, 0, 0, "wrong")});
    EXPECT_EQ(count("channel_buffer_collaborators"), 1);
    join(*bea);
    send(*ada, {edit(8, 1, {}, 0, 0, "x")});
    EXPECT_EQ(count("buffer_operations"), 1);
}

TEST_P(NoteUpdates, OfSomebodyWhoMayNotEditAnyMoreAreNotWaitedFor) {
    send(*bea, {edit(9, 2, {{8, 1}}, 0, 0, "late")});
    world->sql("UPDATE channel_members SET role = 'guest' WHERE user_id = $1", {bea->user});
    world->sql("UPDATE channels SET visibility = 'public'");
    send(*ada, {edit(8, 1, {}, 0, 0, "x")});
    EXPECT_EQ(count("channel_buffer_collaborators"), 2);
    EXPECT_EQ(count("buffer_operations"), 1);
}

TEST_P(NoteUpdates, GiveWayToTheOneWhoGetsTheirReplicaId) {
    send(*bea, {edit(10, 2, {{8, 1}}, 0, 0, "nobody's"), edit(10, 4, {{8, 1}}, 0, 0, "nobody's")});
    auto& cem = given("cem");
    ASSERT_EQ(join(cem).replica_id(), 10u);
    send(cem, {edit(10, 2, {}, 0, 0, "hers"), edit(10, 3, {{10, 2}}, 4, 4, "!")});
    ASSERT_EQ(relayed(*ada).size(), 2u);
    EXPECT_EQ(relayed(*ada)[0].edit().new_text(0), "hers");
    EXPECT_EQ(count("channel_buffer_collaborators"), 3);
}

TEST_P(NoteUpdates, ThatWaitedOverALostConnectionAreLeftToTheirClientToSendAgain) {
    const auto late = edit(9, 2, {{8, 1}}, 1, 1, "late");
    send(*bea, {late});
    auto& again = world->connect(bea->user);
    proto::RejoinChannelBuffers request;
    request.add_buffers()->set_channel_id(number(channel));
    ASSERT_EQ(again.request(request).as<proto::RejoinChannelBuffersResponse>().buffers_size(), 1);
    send(*ada, {edit(8, 1, {}, 0, 0, "x")});
    EXPECT_EQ(count("buffer_operations"), 1);
    send(again, {late});
    EXPECT_EQ(relayed(*ada).size(), 1u);
    EXPECT_EQ(relayed(again).size(), 1u);
}

TEST_P(NoteUpdates, InTheNameOfAnotherUserArePassedOver) {
    send(*bea, {edit(8, 1, {}, 0, 0, "forged"), edit(12, 1, {}, 0, 0, "nobody's")});
    ASSERT_EQ(relayed(*ada).size(), 1u);
    EXPECT_EQ(relayed(*ada)[0].edit().new_text(0), "nobody's");
    EXPECT_EQ(count("channel_buffer_collaborators"), 2);
    // What is stored already is no forgery: who rejoins may repeat it.
    const auto real = edit(8, 3, {}, 0, 0, "hers");
    send(*ada, {real});
    ada->forget();
    send(*bea, {real, edit(9, 4, {{8, 3}}, 4, 4, "!")});
    EXPECT_EQ(relayed(*ada).size(), 2u);
}

TEST_P(NoteUpdates, ThatAreWrongTakeTheirSenderOutOfTheNotes) {
    send(*ada, {edit(8, 1, {}, 0, 0, "abc")});
    const std::vector<proto::Operation> wrong = {
        edit(70'000, 2, {{8, 1}}, 0, 0, "replica"),
        edit(9, 0, {}, 0, 0, "zero"),
        edit(9, 0x80000000u, {{8, 1}}, 0, 0, "too late"),
        edit(9, 2, {{8, 1}}, 0, 9, "beyond the end"),
        edit(9, 2, {{8, 1}}, 2, 1, "reversed"),
        edit(9, 2, {{8, 5}}, 0, 0, "from the future"),
    };
    for (const auto& operation : wrong) {
        bea->forget();
        send(*bea, {operation});
        EXPECT_EQ(count("channel_buffer_collaborators"), 1) << operation.ShortDebugString();
        EXPECT_EQ(count("buffer_operations"), 1);
        send(*bea, {edit(9, 3, {{8, 1}}, 0, 0, "afterwards")});
        EXPECT_EQ(count("buffer_operations"), 1);
        join(*bea);
    }
    EXPECT_TRUE(relayed(*ada).empty());
}

TEST_P(NoteUpdates, ThatCutACharacterAreRefused) {
    send(*ada, {edit(8, 1, {}, 0, 0, "\xc3\xa9")});
    send(*bea, {edit(9, 2, {{8, 1}}, 1, 1, "x")});
    EXPECT_EQ(count("channel_buffer_collaborators"), 1);
    EXPECT_EQ(collapsed_text(*ada), "\xc3\xa9");
}

TEST_P(NoteUpdates, ThatWaitInMassesTakeTheirSenderOut) {
    std::vector<proto::Operation> early;
    for (std::uint32_t at = 2; at <= 1002; ++at) early.push_back(edit(9, at, {{8, 1}}, 0, 0, "x"));
    early.pop_back();
    send(*bea, early);
    EXPECT_EQ(count("channel_buffer_collaborators"), 2);
    send(*bea, {edit(9, 1002, {{8, 1}}, 0, 0, "x")});
    EXPECT_EQ(count("channel_buffer_collaborators"), 1);
    send(*ada, {edit(8, 1, {}, 0, 0, "a")});
    EXPECT_EQ(count("buffer_operations"), 1);
}

TEST_P(NoteUpdates, NeverLowerTheLatestVersion) {
    send(*ada, {edit(8, 5, {}, 0, 0, "a")});
    send(*bea, {edit(9, 2, {}, 0, 0, "b")});
    const auto row = world->sql(
        "SELECT latest_operation_lamport_timestamp, "
        "latest_operation_replica_id FROM buffers");
    EXPECT_EQ(row[0].integer(0), 5);
    EXPECT_EQ(row[0].integer(1), 8);
}

TEST_P(NoteUpdates, ManyInOneBatchSeeEachOther) {
    for (std::uint32_t at = 1; at <= 100; ++at) {
        ada->post(update({edit(8, at, {{8, at - 1}}, at - 1, at - 1, "x")}));
    }
    world->settle();
    EXPECT_EQ(relayed(*bea).size(), 100u);
    leave(*bea);
    EXPECT_EQ(collapsed_text(*ada), std::string(100, 'x'));
}

TEST_P(NoteUpdates, SurviveATransactionThatWasRolledBack) {
    send(*bea, {edit(9, 2, {{8, 1}}, 1, 1, "2")});  // waits for the next one
    const auto one = edit(8, 1, {}, 0, 0, "1");
    // It is applied and then fails, as after a lost connection or a deadlock.
    rpc::Caller caller;
    caller.user = ada->user;
    caller.peer = ada->peer;
    world->writer->submit({db::Durability::must, std::make_shared<const rpc::Caller>(caller),
                           nullptr,
                           [&](rpc::Call& call) -> Status {
                               COLLAB_DO(update_channel_buffer(call, update({one})));
                               return Error{ErrorCode::internal, "rolled back"};
                           },
                           [](Status, rpc::Outbox) {}});
    world->settle();
    EXPECT_EQ(count("buffer_operations"), 0);
    send(*ada, {one});
    EXPECT_EQ(count("buffer_operations"), 2);
    EXPECT_EQ(relayed(*bea).size(), 1u);
    leave(*bea);
    EXPECT_EQ(collapsed_text(*ada), "12");
}

TEST_P(NoteUpdates, OfAnotherServerAreNoticed) {
    send(*ada, {edit(8, 1, {}, 0, 0, "1")});
    const auto value = edit(10, 2, {{8, 1}}, 1, 1, "2").SerializeAsString();
    world->sql(
        "INSERT INTO buffer_operations (buffer_id, epoch, lamport_timestamp, replica_id, value) "
        "SELECT id, 0, 2, 10, $1 FROM buffers",
        {db::Blob{value}});
    world->sql("UPDATE buffers SET stamp = 12345");
    send(*ada, {edit(8, 3, {{8, 1}, {10, 2}}, 2, 2, "3")});
    leave(*bea);
    EXPECT_EQ(collapsed_text(*ada), "123");
}

TEST_P(NoteUpdates, AreRefusedByNotesWhoseStoredHistoryIsDamaged) {
    send(*ada, {edit(8, 1, {}, 0, 0, "1")});
    const auto poisoned = edit(9, 2, {{8, 1}}, 0, 50, "").SerializeAsString();
    for (const std::string& value : {poisoned, std::string("\xff\xff")}) {
        world->sql("DELETE FROM buffer_operations WHERE replica_id = 9");
        world->sql(
            "INSERT INTO buffer_operations (buffer_id, epoch, lamport_timestamp, replica_id, "
            "value) "
            "SELECT id, 0, 2, 9, $1 FROM buffers",
            {db::Blob{value}});
        world->sql("UPDATE buffers SET stamp = stamp + 1");
        send(*ada, {edit(8, 5, {{8, 1}}, 0, 0, "x")});
        EXPECT_EQ(count("buffer_operations"), 2);
        auto& cem = world->connect(ada->user);
        proto::JoinChannelBuffer request;
        request.set_channel_id(number(channel));
        const auto answer = cem.request(request);
        ASSERT_TRUE(answer.is_error());
        EXPECT_NE(answer.envelope.error().message().find("damaged"), std::string::npos);
    }
    // Everybody can still leave, and nothing of it is collapsed.
    EXPECT_FALSE(leave(*ada).is_error());
    EXPECT_FALSE(leave(*bea).is_error());
    EXPECT_EQ(world->sql("SELECT epoch FROM buffers")[0].integer(0), 0);
    // Other notes are not touched.
    channel = given_channel("other", "members");
    join(given("dan"));
}

}  // namespace
}  // namespace collab::notes
