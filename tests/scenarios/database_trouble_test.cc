// SPDX-License-Identifier: Apache-2.0
// The database goes away and comes back, or takes the answer to a COMMIT with it.
#include "scenarios/scenario.h"

namespace collab::test {
namespace {

class DatabaseTrouble : public ScenarioTest {
protected:
    void SetUp() override {
        ScenarioTest::SetUp();
        if (IsSkipped()) return;
        ada = &person("ada");
        bea = &person("bea");
        befriend(*ada, *bea);
    }

    void lose_database() {
        world().faults.lose_connection = [] { return true; };
        world().faults.refuse_connect = [] { return true; };
    }
    void return_database() { world().faults = Faults(); }
    // The next commit ends like this, once.
    void next_commit(Faults::Commit outcome) {
        auto done = std::make_shared<bool>(false);
        world().faults.commit = [done, outcome] {
            return std::exchange(*done, true) ? Faults::Commit::works : outcome;
        };
    }
    std::size_t answers(FakeClient& client, std::uint32_t id) {
        std::size_t count = 0;
        for (const auto& each : client.inbox()) {
            if (each.envelope.has_responding_to() && each.envelope.responding_to() == id) ++count;
        }
        return count;
    }

    FakeClient* ada = nullptr;
    FakeClient* bea = nullptr;
};
COLLAB_DATABASE_SUITE(DatabaseTrouble);

TEST_P(DatabaseTrouble, MakesRequestsWaitUntilItIsBack) {
    lose_database();
    const auto id = ada->send(proto::CreateRoom());
    world().advance(5s);
    EXPECT_FALSE(ada->answered(id));
    return_database();
    world().advance(1s);
    EXPECT_FALSE(ada->answer_to(id).is_error());
    EXPECT_EQ(answers(*ada, id), 1u);
}

TEST_P(DatabaseTrouble, IsToldToWhoWaitsTooLong) {
    lose_database();
    const auto id = ada->send(proto::CreateRoom());
    world().advance(11s);
    EXPECT_TRUE(ada->answer_to(id).is_error());
    return_database();
    world().advance(1s);
    EXPECT_FALSE(ada->request(proto::CreateRoom()).is_error());
    EXPECT_FALSE(ada->closed);
}

TEST_P(DatabaseTrouble, DoesNotKeepTheGoneInTheirRoom) {
    const auto room = create_room(*ada);
    call(*ada, room, *bea);
    world().drop(*bea);
    world().advance(25s);
    lose_database();
    world().advance(20s);  // the reconnect time and the patience of a request end in this
    return_database();
    world().advance(kLongestStay);
    EXPECT_EQ(people_in(room), (std::set{ada->user}));
    EXPECT_FALSE(seen_by(*ada, *bea)->online());
    EXPECT_FALSE(seen_by(*ada, *bea)->busy());
}

TEST_P(DatabaseTrouble, ForLongerThanTheCleanUpTimeLosesNobody) {
    const auto room = create_room(*ada);
    call(*ada, room, *bea);
    lose_database();
    world().advance(40s);
    return_database();
    world().advance(60s);
    EXPECT_EQ(people_in(room), (std::set{ada->user, bea->user}));
}

TEST_P(DatabaseTrouble, DoesNotRepeatWhatHappened) {
    next_commit(Faults::Commit::lost_after);
    const auto id = ada->send(proto::CreateRoom());
    world().advance(2s);
    EXPECT_FALSE(ada->answer_to(id).is_error());
    EXPECT_EQ(answers(*ada, id), 1u);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM rooms"), 1);
}

TEST_P(DatabaseTrouble, RepeatsWhatDidNotHappen) {
    next_commit(Faults::Commit::lost_before);
    const auto id = ada->send(proto::CreateRoom());
    world().advance(2s);
    EXPECT_FALSE(ada->answer_to(id).is_error());
    EXPECT_EQ(answers(*ada, id), 1u);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM rooms"), 1);
}

TEST_P(DatabaseTrouble, LosesNoNoteEdit) {
    const auto channel = create_channel(*ada, "zoo");
    const auto note = open_note(*ada, channel);
    next_commit(Faults::Commit::lost_after);
    edit_note(*ada, channel, note.replica_id(), 1, "a");
    world().advance(1s);
    next_commit(Faults::Commit::lost_before);
    edit_note(*ada, channel, note.replica_id(), 2, "b");
    world().advance(1s);
    EXPECT_EQ(world().number("SELECT COUNT(*) FROM buffer_operations"), 2);
}

TEST_P(DatabaseTrouble, TurnsAwayWhoSignsInMeanwhile) {
    lose_database();
    auto& late = world().connect(bea->user);
    world().advance(11s);
    EXPECT_EQ(late.close_code, 1013);
    return_database();
    world().advance(1s);
    EXPECT_FALSE(back(*bea).received<proto::UpdateContacts>().empty());
}

}  // namespace
}  // namespace collab::test
