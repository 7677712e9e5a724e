// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "areas/buffers/buffer_routes.h"
#include "support/rpc_world.h"

namespace collab::buffers {
namespace {

constexpr ProjectId kProject{7};

class UpdateBuffer : public testing::Test {
protected:
    test::RpcWorld world{test::Engine::sqlite, routes()};
    test::FakeClient& host = world.connect(world.user("host"));
    test::FakeClient& editor = world.connect(world.user("editor"));
    test::FakeClient& viewer = world.connect(world.user("viewer"));
    test::FakeClient& stranger = world.connect(world.user("stranger"));

    void SetUp() override {
        rpc::ProjectState project;
        project.id = kProject;
        project.host = host.peer;
        project.collaborators = {{host.peer, host.user, 0, true, {}, {}},
                                 {editor.peer, editor.user, 8, false, {}, {}},
                                 {viewer.peer, viewer.user, 9, false, {}, {}}};
        world.live->index.put_room({{1},
                                    {},
                                    {{host.user, host.peer, rpc::Role::admin},
                                     {editor.user, editor.peer, rpc::Role::member},
                                     {viewer.user, viewer.peer, rpc::Role::guest}},
                                    {project}});
    }

    static proto::UpdateBuffer edit() {
        proto::UpdateBuffer update;
        update.set_project_id(kProject.value);
        update.add_operations()->mutable_edit()->add_new_text("x");
        return update;
    }
    static proto::UpdateBuffer selection() {
        proto::UpdateBuffer update;
        update.set_project_id(kProject.value);
        update.add_operations()->mutable_update_selections()->set_replica_id(9);
        return update;
    }
    std::size_t got(test::FakeClient& client) {
        return client.received<proto::UpdateBuffer>().size();
    }
};

TEST_F(UpdateBuffer, OfTheHostReachesEveryGuestAndIsAckedAtOnce) {
    EXPECT_EQ(host.request(edit()).envelope.payload_case(), proto::Envelope::kAck);
    EXPECT_EQ(got(editor), 1u);
    EXPECT_EQ(got(viewer), 1u);
    EXPECT_EQ(got(host), 0u);
}

TEST_F(UpdateBuffer, OfAGuestIsAckedOnlyWhenTheHostHasAckedIt) {
    const auto id = editor.send(edit());
    EXPECT_EQ(got(viewer), 1u);
    EXPECT_EQ(got(editor), 0u);
    EXPECT_FALSE(editor.answered(id));
    host.reply(host.received_raw(wire::find_tag("UpdateBuffer")).at(0), proto::Ack());
    EXPECT_TRUE(editor.answered(id));
}

TEST_F(UpdateBuffer, DoesNotReachWhoWasBannedFromTheCall) {
    auto room = *world.live->index.room({1});
    room.participants[2].role = rpc::Role::banned;
    world.live->index.put_room(room);
    host.request(edit());
    EXPECT_EQ(got(editor), 1u);
    EXPECT_EQ(got(viewer), 0u);
}

TEST_F(UpdateBuffer, OfAGuestReachesTheOtherGuestsWhileTheHostIsAway) {
    world.disconnect(host);
    const auto answer = editor.request(edit());
    EXPECT_EQ(answer.envelope.error().code(), proto::Internal);
    EXPECT_EQ(got(viewer), 1u);
}

TEST_F(UpdateBuffer, CarriesItsSenderAndNoOldSender) {
    editor.send(edit());
    const auto at_viewer = viewer.received_raw(wire::find_tag("UpdateBuffer")).at(0);
    EXPECT_EQ(at_viewer.envelope.original_sender_id().id(), editor.peer.connection);
    EXPECT_EQ(at_viewer.envelope.original_sender_id().owner_id(), editor.peer.server);
}

TEST_F(UpdateBuffer, LetsAReaderSelectButNotEdit) {
    viewer.send(selection());
    EXPECT_EQ(got(editor), 1u);
    EXPECT_TRUE(viewer.request(edit()).is_error());
    EXPECT_EQ(got(editor), 1u);
    EXPECT_EQ(got(host), 1u);
}

TEST_F(UpdateBuffer, RefusesAReadersMixOfSelectionsAndEditsWhole) {
    auto mixed = selection();
    mixed.add_operations()->mutable_undo();
    EXPECT_TRUE(viewer.request(mixed).is_error());
    EXPECT_EQ(got(editor), 0u);
}

TEST_F(UpdateBuffer, TakesAnUnknownVariantForAWrite) {
    // project 7, one operation with field 40, a message
    const std::string unknown("\x08\x07\x1a\x03\xc2\x02\x00", 7);
    const auto tag = wire::find_tag("UpdateBuffer");
    EXPECT_TRUE(viewer.answer_to(viewer.send_raw(tag, unknown)).is_error());
    editor.send_raw(tag, unknown);
    ASSERT_EQ(viewer.received_raw(tag).size(), 1u);
    EXPECT_EQ(viewer.received_raw(tag)[0].payload, unknown);
}

TEST_F(UpdateBuffer, RefusesTwoVariantsInOneOperation) {
    // project 7, one operation with update_selections and edit
    const std::string two("\x08\x07\x1a\x04\x1a\x00\x0a\x00", 8);
    EXPECT_TRUE(editor.answer_to(editor.send_raw(wire::find_tag("UpdateBuffer"), two)).is_error());
    EXPECT_EQ(got(viewer), 0u);
}

TEST_F(UpdateBuffer, RefusesAProjectThatIsNamedTwice) {
    const std::string twice("\x08\x07\x08\x07", 4);
    EXPECT_TRUE(
        editor.answer_to(editor.send_raw(wire::find_tag("UpdateBuffer"), twice)).is_error());
}

TEST_F(UpdateBuffer, RefusesStrangers) {
    EXPECT_TRUE(stranger.request(selection()).is_error());
    EXPECT_EQ(got(host), 0u);
}

TEST_F(UpdateBuffer, NeedsNoSqlAtAll) {
    const auto before = world.writer->statements();
    for (int i = 0; i < 100; ++i) host.post(edit());
    world.settle();
    EXPECT_EQ(world.writer->statements(), before);
    EXPECT_EQ(got(editor), 100u);
}

}  // namespace
}  // namespace collab::buffers
