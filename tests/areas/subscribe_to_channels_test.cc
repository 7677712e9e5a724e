// SPDX-License-Identifier: Apache-2.0
#include "areas/channels_fixture.h"

namespace collab::channels {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SubscribeToChannelsTest : public ChannelsTest {
protected:
    void subscribe(test::FakeClient& client) {
        client.forget();
        client.send(proto::SubscribeToChannels());
    }
    std::int64_t row(std::uint64_t id) { return static_cast<std::int64_t>(id); }
};
COLLAB_DATABASE_SUITE(SubscribeToChannelsTest);

TEST_P(SubscribeToChannelsTest, TellsThisConnectionAloneAllThatTheUserSees) {
    const auto root = create(*ada, "zed");
    const auto sub = create(*ada, "sub", root);
    const auto other = create(*ada, "other");
    add_member(root, *bea);
    invite(*ada, other, bea->user);
    auto& second = world->connect(bea->user);
    bea->forget();
    subscribe(second);
    EXPECT_THAT(bea->inbox(), IsEmpty());
    ASSERT_EQ(second.inbox().size(), 2u);
    const auto memberships = second.inbox()[0].as<proto::UpdateUserChannels>();
    ASSERT_EQ(memberships.channel_memberships_size(), 1);
    EXPECT_EQ(memberships.channel_memberships(0).channel_id(), root);
    const auto update = second.inbox()[1].as<proto::UpdateChannels>();
    EXPECT_THAT(ids(update), ElementsAre(sub, root));
    ASSERT_EQ(update.channel_invitations_size(), 1);
    EXPECT_EQ(update.channel_invitations(0).id(), other);
}

TEST_P(SubscribeToChannelsTest, ListsABannedMembershipWithoutItsChannels) {
    const auto root = create(*ada, "zed");
    make_public(root);
    add_member(root, *bea, kBanned);
    subscribe(*bea);
    EXPECT_EQ(bea->received<proto::UpdateUserChannels>().at(0).channel_memberships(0).role(),
              proto::Banned);
    EXPECT_THAT(ids(last_update(*bea)), IsEmpty());
    create(*ada, "sub", root);
    EXPECT_EQ(bea->received<proto::UpdateChannels>().size(), 1u);
}

TEST_P(SubscribeToChannelsTest, CountsOnlyWhoAnsweredAsParticipants) {
    const auto root = create(*ada, "zed");
    add_member(root, *bea);
    put_in_call(root, *ada);
    put_in_call(root, *bea);
    world->sql("UPDATE room_participants SET answering_connection_id = NULL WHERE user_id = $1",
               {bea->user});
    subscribe(*bea);
    const auto update = last_update(*bea);
    ASSERT_EQ(update.channel_participants_size(), 1);
    EXPECT_THAT(update.channel_participants(0).participant_user_ids(),
                ElementsAre(number(ada->user)));
}

TEST_P(SubscribeToChannelsTest, TellsWhatIsNewInNotesAndChatAndWhatWasSeen) {
    const auto root = create(*ada, "zed");
    const auto sub = create(*ada, "sub", root);
    world->sql(
        "INSERT INTO buffers (id, channel_id, epoch, latest_operation_epoch, "
        "latest_operation_lamport_timestamp, latest_operation_replica_id) "
        "VALUES (1, $1, 2, 2, 70, 8)",
        {row(root)});
    world->sql("INSERT INTO buffers (id, channel_id) VALUES (2, $1)", {row(sub)});
    world->sql("INSERT INTO observed_buffer_edits VALUES ($1, 1, 1, 40, 9)", {ada->user});
    world->sql(
        "INSERT INTO channel_messages (id, channel_id, sender_id, body, sent_at, nonce_upper, "
        "nonce_lower) VALUES (5, $1, $2, 'hi', 0, 1, 1), (6, $1, $2, 'ho', 0, 1, 2)",
        {row(root), ada->user});
    world->sql("INSERT INTO observed_channel_messages VALUES ($2, $1, 5)", {row(root), ada->user});
    subscribe(*ada);

    const auto update = last_update(*ada);
    ASSERT_EQ(update.latest_channel_buffer_versions_size(), 2);
    const auto& latest = update.latest_channel_buffer_versions(0);
    EXPECT_EQ(latest.channel_id(), root);
    EXPECT_EQ(latest.epoch(), 2u);
    EXPECT_EQ(latest.version(0).replica_id(), 8u);
    EXPECT_EQ(latest.version(0).timestamp(), 70u);
    EXPECT_EQ(update.latest_channel_buffer_versions(1).version_size(), 0);
    ASSERT_EQ(update.latest_channel_message_ids_size(), 1);
    EXPECT_EQ(update.latest_channel_message_ids(0).message_id(), 6u);

    const auto seen = ada->received<proto::UpdateUserChannels>().at(0);
    EXPECT_EQ(seen.observed_channel_buffer_version(0).epoch(), 1u);
    EXPECT_EQ(seen.observed_channel_buffer_version(0).version(0).timestamp(), 40u);
    EXPECT_EQ(seen.observed_channel_message_id(0).message_id(), 5u);
}

TEST_P(SubscribeToChannelsTest, ReachesTheChannelsOfAnotherUserNeither) {
    create(*ada, "zed");
    subscribe(*bea);
    EXPECT_THAT(ids(last_update(*bea)), IsEmpty());
}

TEST_P(SubscribeToChannelsTest, SendsNothingToWhoNeverAsked) {
    const auto root = create(*ada, "zed");
    add_member(root, *bea);
    world->live->state<Subscriptions>().drop(bea->user);
    create(*ada, "sub", root);
    EXPECT_THAT(bea->inbox(), IsEmpty());
    subscribe(*bea);
    create(*ada, "more", root);
    EXPECT_EQ(bea->received<proto::UpdateChannels>().size(), 2u);
}

TEST_P(SubscribeToChannelsTest, ForgetsAUserWhoIsGone) {
    const auto root = create(*ada, "zed");
    auto& subscriptions = world->live->state<Subscriptions>();
    EXPECT_EQ(subscriptions.user_count(), 1u);
    subscriptions.drop(ada->user);
    EXPECT_EQ(subscriptions.user_count(), 0u);
    EXPECT_EQ(subscriptions.users_of({row(root)}), nullptr);
}

}  // namespace
}  // namespace collab::channels
