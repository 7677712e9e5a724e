// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/channel_watch.h"
#include "areas/channels_fixture.h"

namespace collab::channels {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ChannelTreeTest : public ChannelsTest {
protected:
    test::Received move(std::uint64_t channel, std::uint64_t to) {
        proto::MoveChannel request;
        request.set_to(to);
        return about(*ada, channel, request);
    }
    test::Received rename(test::FakeClient& client, std::uint64_t channel,
                          const std::string& name) {
        proto::RenameChannel request;
        request.set_name(name);
        return about(client, channel, request);
    }
    test::Received reorder(std::uint64_t channel, int direction) {
        proto::ReorderChannel request;
        request.set_direction(static_cast<proto::ReorderChannel::Direction>(direction));
        return about(*ada, channel, request);
    }
};
COLLAB_DATABASE_SUITE(ChannelTreeTest);

TEST_P(ChannelTreeTest, MakesTheCreatorOfARootItsAdminOnAllHisConnections) {
    auto& second = world->connect(ada->user);
    const auto root = create(*ada, "  #zed ");
    for (auto* client : {ada, &second}) {
        const auto memberships = client->received<proto::UpdateUserChannels>();
        ASSERT_EQ(memberships.size(), 1u);
        EXPECT_EQ(memberships[0].channel_memberships(0).channel_id(), root);
        EXPECT_EQ(memberships[0].channel_memberships(0).role(), proto::Admin);
        const auto update = last_update(*client);
        ASSERT_EQ(update.channels_size(), 1);
        EXPECT_EQ(update.channels(0).name(), "zed");
        EXPECT_EQ(update.channels(0).visibility(), proto::Members);
        EXPECT_EQ(update.channels(0).channel_order(), 1);
    }
    EXPECT_THAT(bea->inbox(), IsEmpty());
}

TEST_P(ChannelTreeTest, AnswersACreationBeforeItTellsTheSubscribers) {
    create(*ada, "zed");
    ASSERT_EQ(ada->inbox().size(), 3u);
    EXPECT_EQ(ada->inbox()[0].tag, wire::tag_of<proto::CreateChannelResponse>());
    EXPECT_EQ(ada->inbox()[1].tag, wire::tag_of<proto::UpdateUserChannels>());
    EXPECT_EQ(ada->inbox()[2].tag, wire::tag_of<proto::UpdateChannels>());
}

TEST_P(ChannelTreeTest, PutsAChildLastAmongItsSiblings) {
    const auto root = create(*ada, "zed");
    create(*ada, "one", root);
    const auto two = create(*ada, "two", root);
    const auto update = last_update(*ada);
    EXPECT_EQ(update.channels(0).id(), two);
    EXPECT_EQ(update.channels(0).channel_order(), 2);
    EXPECT_THAT(update.channels(0).parent_path(), ElementsAre(root));
}

TEST_P(ChannelTreeTest, RefusesBlankNamesBeforeAnythingElse) {
    proto::CreateChannel request;
    request.set_name(" ## ");
    request.set_parent_id(4711);
    EXPECT_EQ(error(ada->request(request)).code(), proto::Internal);
    EXPECT_EQ(error(rename(*ada, 4711, "#")).code(), proto::Internal);
}

TEST_P(ChannelTreeTest, RefusesNamesThatNobodyCanBeSent) {
    const auto root = create(*ada, std::string(1024, 'x'));
    for (const auto& name : {std::string(1025, 'x'), std::string("a\0b", 3)}) {
        proto::CreateChannel creation;
        creation.set_name(name);
        EXPECT_TRUE(ada->request(creation).is_error());
        proto::RenameChannel renaming;
        renaming.set_name(name);
        EXPECT_TRUE(about<proto::RenameChannel>(*ada, root, renaming).is_error());
    }
}

TEST_P(ChannelTreeTest, TakesAllSpaceOfUnicodeFromAroundAName) {
    std::string spaces = " \t\n\v\f\r\u0085\u00a0\u1680";
    for (char last = '\x80'; last <= '\x8a'; ++last) spaces += std::string("\xe2\x80") + last;
    spaces += "\u2028\u2029\u202f\u205f\u3000";
    const auto root = create(*ada, spaces + "a\u2003b\u200b" + spaces);
    const auto row =
        world->sql("SELECT name FROM channels WHERE id = $1", {static_cast<std::int64_t>(root)});
    EXPECT_EQ(row[0].text(0), "a\u2003b\u200b");
    proto::CreateChannel blank;
    for (int i = 0; i < 10'000; ++i) blank.mutable_name()->append(spaces);
    EXPECT_TRUE(ada->request(blank).is_error());
}

TEST_P(ChannelTreeTest, RefusesTwoSiblingsOfOneNameButNotTwoRoots) {
    const auto root = create(*ada, "zed");
    create(*ada, "zed");
    create(*ada, "sub", root);
    const auto other = create(*ada, "other", root);
    proto::CreateChannel request;
    request.set_name("#sub");
    request.set_parent_id(root);
    EXPECT_THAT(error(ada->request(request)).message(), testing::HasSubstr("'sub'"));
    EXPECT_THAT(error(rename(*ada, other, "sub")).message(), testing::HasSubstr("'sub'"));
    const auto below = create(*ada, "sub", other);
    EXPECT_THAT(error(move(below, root)).message(), testing::HasSubstr("'sub'"));
}

TEST_P(ChannelTreeTest, LimitsTheSizeOfATree) {
    world->settings.limits.channels_per_root = 3;
    const auto root = create(*ada, "zed");
    create(*ada, "two", create(*ada, "one", root));
    proto::CreateChannel request;
    request.set_name("three");
    request.set_parent_id(root);
    EXPECT_EQ(error(ada->request(request)).code(), proto::RateLimitExceeded);
}

TEST_P(ChannelTreeTest, RenamesForEverybodyWhoSeesTheChannel) {
    const auto root = create(*ada, "zed");
    add_member(root, *bea);
    const auto answer = rename(*ada, root, " ##zed-archive ").as<proto::RenameChannelResponse>();
    EXPECT_EQ(answer.channel().name(), "zed-archive");
    EXPECT_EQ(last_update(*bea).channels(0).name(), "zed-archive");
}

TEST_P(ChannelTreeTest, LetsOnlyAdminsChangeTheTree) {
    const auto root = create(*ada, "zed");
    const auto sub = create(*ada, "sub", root);
    create(*ada, "other", root);
    add_member(root, *bea);
    proto::CreateChannel creation;
    creation.set_name("x");
    creation.set_parent_id(root);
    proto::MoveChannel move;
    move.set_to(root);
    EXPECT_TRUE(bea->request(creation).is_error());
    EXPECT_TRUE(about(*bea, sub, move).is_error());
    EXPECT_TRUE(about<proto::DeleteChannel>(*bea, sub).is_error());
    EXPECT_TRUE(about<proto::SetChannelVisibility>(*bea, root).is_error());
    EXPECT_TRUE(about<proto::ReorderChannel>(*bea, sub).is_error());
    EXPECT_TRUE(rename(*bea, sub, "x").is_error());
    EXPECT_THAT(evictor.asked, IsEmpty());
}

TEST_P(ChannelTreeTest, SaysWhenThereIsNoSuchChannel) {
    const std::uint64_t none = 2147483645;
    EXPECT_EQ(error(about<proto::DeleteChannel>(*ada, none)).code(), proto::NoSuchChannel);
    EXPECT_EQ(error(about<proto::ReorderChannel>(*ada, none)).code(), proto::NoSuchChannel);
    EXPECT_EQ(error(move(create(*ada, "zed"), none)).code(), proto::NoSuchChannel);
    EXPECT_EQ(error(set_visibility(none, 0)).code(), proto::NoSuchChannel);
    EXPECT_EQ(error(rename(*ada, none, "x")).code(), proto::NoSuchChannel);
}

TEST_P(ChannelTreeTest, MovesAChannelWithAllBelowIt) {
    const auto root = create(*ada, "zed");
    const auto crdb = create(*ada, "crdb", root);
    const auto gpui = create(*ada, "gpui", root);
    create(*ada, "first", gpui);
    const auto live = create(*ada, "live", crdb);
    ada->forget();
    EXPECT_TRUE(acked(move(crdb, gpui)));
    ASSERT_EQ(ada->inbox().size(), 2u);
    EXPECT_EQ(ada->inbox()[0].tag, wire::tag_of<proto::UpdateChannels>());
    const auto update = last_update(*ada);
    ASSERT_THAT(ids(update), ElementsAre(crdb, live));
    EXPECT_THAT(update.channels(0).parent_path(), ElementsAre(root, gpui));
    EXPECT_EQ(update.channels(0).channel_order(), 2);
    EXPECT_THAT(update.channels(1).parent_path(), ElementsAre(root, gpui, crdb));

    ada->forget();
    ada->send(proto::SubscribeToChannels());
    EXPECT_THAT(last_update(*ada).channels(2).parent_path(), ElementsAre(root, gpui, crdb));
    EXPECT_EQ(last_update(*ada).channels(2).id(), live);
}

TEST_P(ChannelTreeTest, NamesEachWayInWhichAMoveIsWrong) {
    const auto root = create(*ada, "root");
    const auto other = create(*ada, "other");
    const auto child = create(*ada, "child", root);
    const auto grandchild = create(*ada, "grandchild", child);
    const auto hidden = create(*ada, "private", root);
    make_public(root);
    make_public(child);
    EXPECT_EQ(error(move(child, child)).code(), proto::CircularNesting);
    EXPECT_EQ(error(move(child, grandchild)).code(), proto::CircularNesting);
    EXPECT_EQ(error(move(root, grandchild)).code(), proto::CircularNesting);
    EXPECT_EQ(error(move(child, other)).code(), proto::WrongMoveTarget);
    EXPECT_EQ(error(move(root, other)).code(), proto::WrongMoveTarget);
    const auto nesting = error(move(child, hidden));
    EXPECT_EQ(nesting.code(), proto::BadPublicNesting);
    EXPECT_EQ(nesting.tags_size(), 0);
}

TEST_P(ChannelTreeTest, ShowsGuestsOnlyWhatIsPublicOfAMove) {
    const auto root = create(*ada, "root");
    const auto target = create(*ada, "target", root);
    const auto open = create(*ada, "open", root);
    const auto hidden = create(*ada, "hidden", open);
    make_public(root);
    make_public(target);
    make_public(open);
    join(*bea, root);
    bea->forget();
    EXPECT_TRUE(acked(move(open, target)));
    EXPECT_THAT(ids(last_update(*bea)), ElementsAre(open));
    bea->forget();
    EXPECT_TRUE(acked(move(hidden, target)));
    EXPECT_THAT(bea->inbox(), IsEmpty());
}

TEST_P(ChannelTreeTest, ExchangesNeighboursInTheOrder) {
    const auto root = create(*ada, "root");
    const auto one = create(*ada, "one", root);
    const auto two = create(*ada, "two", root);
    ada->forget();
    EXPECT_TRUE(acked(reorder(two, proto::ReorderChannel::Up)));
    const auto update = last_update(*ada);
    ASSERT_THAT(ids(update), ElementsAre(two, one));
    EXPECT_EQ(update.channels(0).channel_order(), 1);
    EXPECT_EQ(update.channels(1).channel_order(), 2);

    ada->forget();
    EXPECT_TRUE(acked(reorder(two, proto::ReorderChannel::Up)));
    EXPECT_TRUE(acked(reorder(one, proto::ReorderChannel::Down)));
    EXPECT_TRUE(acked(reorder(root, proto::ReorderChannel::Down)));
    EXPECT_THAT(ada->received<proto::UpdateChannels>(), IsEmpty());
    EXPECT_TRUE(reorder(two, 7).is_error());
}

TEST_P(ChannelTreeTest, NumbersSiblingsOfEqualOrderAnew) {
    const auto root = create(*ada, "root");
    const auto one = create(*ada, "one", root);
    const auto two = create(*ada, "two", root);
    world->sql("UPDATE channels SET channel_order = 5");
    ada->forget();
    EXPECT_TRUE(acked(reorder(one, proto::ReorderChannel::Down)));
    const auto update = last_update(*ada);
    ASSERT_THAT(ids(update), ElementsAre(two, one));
    EXPECT_LT(update.channels(0).channel_order(), update.channels(1).channel_order());
}

TEST_P(ChannelTreeTest, LetsGuestsIntoWhatIsMadePublic) {
    const auto root = create(*ada, "root");
    make_public(root);
    const auto sub = create(*ada, "sub", root);
    join(*bea, root);
    bea->forget();
    EXPECT_TRUE(acked(set_visibility(sub, 0)));
    EXPECT_THAT(ids(last_update(*bea)), ElementsAre(sub));
    EXPECT_EQ(last_update(*bea).channels(0).visibility(), proto::Public);
}

TEST_P(ChannelTreeTest, HidesWhatIsMadePrivateAndShowsItAgainWhenItIsPublicAgain) {
    const auto root = create(*ada, "root");
    make_public(root);
    join(*bea, root);
    put_in_call(root, *bea);
    put_in_call(root, *ada);
    bea->forget();
    EXPECT_TRUE(acked(set_visibility(root, 1)));
    EXPECT_THAT(last_update(*bea).delete_channels(), ElementsAre(root));
    EXPECT_THAT(ids(last_update(*ada)), ElementsAre(root));
    EXPECT_THAT(evictor.asked, ElementsAre("evict " + std::to_string(root) + ": " +
                                           std::to_string(bea->user.value)));
    make_public(root);
    EXPECT_THAT(ids(last_update(*bea)), ElementsAre(root));
    EXPECT_EQ(evictor.asked.size(), 1u);
}

TEST_P(ChannelTreeTest, StopsCallingWhoCannotEnterWhatIsMadePrivate) {
    const auto root = create(*ada, "root");
    make_public(root);
    put_in_call(root, *bea);  // rings; he is no member
    EXPECT_TRUE(acked(set_visibility(root, 1)));
    EXPECT_THAT(evictor.asked, ElementsAre("evict " + std::to_string(root) + ": " +
                                           std::to_string(bea->user.value)));
}

TEST_P(ChannelTreeTest, TakesWhatChangesItsVisibilityFromWhoIsBanned) {
    const auto root = create(*ada, "root");
    add_member(root, *bea);
    EXPECT_TRUE(acked(set_role(*ada, root, bea->user, kBanned)));
    for (const int visibility : {0, 1}) {
        bea->forget();
        EXPECT_TRUE(acked(set_visibility(root, visibility)));
        const auto updates = bea->received<proto::UpdateChannels>();
        ASSERT_EQ(updates.size(), 1u);
        EXPECT_THAT(updates[0].delete_channels(), ElementsAre(root));
        EXPECT_EQ(updates[0].channels_size(), 0);
    }
}

TEST_P(ChannelTreeTest, KeepsPublicChannelsOutOfPrivateOnes) {
    const auto root = create(*ada, "root");
    const auto child = create(*ada, "child", root);
    const auto parent = error(set_visibility(child, 0));
    EXPECT_EQ(parent.code(), proto::BadPublicNesting);
    EXPECT_THAT(parent.tags(), ElementsAre("direction=parent"));
    make_public(root);
    make_public(child);
    const auto children = error(set_visibility(root, 1));
    EXPECT_EQ(children.code(), proto::BadPublicNesting);
    EXPECT_THAT(children.tags(), ElementsAre("direction=children"));
    EXPECT_TRUE(set_visibility(root, 9).is_error());
}

TEST_P(ChannelTreeTest, DeletesATreeAfterTakingPeopleOutOfIt) {
    const auto root = create(*ada, "root");
    const auto sub = create(*ada, "sub", root);
    const auto below = create(*ada, "below", sub);
    add_member(root, *bea);
    put_in_call(below, *bea);
    EXPECT_TRUE(acked(about<proto::DeleteChannel>(*ada, sub)));
    EXPECT_THAT(last_update(*bea).delete_channels(), ElementsAre(below, sub));
    EXPECT_THAT(evictor.asked, ElementsAre("evict " + std::to_string(below) + ": " +
                                           std::to_string(bea->user.value)));
    EXPECT_EQ(world->sql("SELECT count(*) FROM channels")[0].integer(0), 1);
    EXPECT_EQ(world->sql("SELECT count(*) FROM rooms")[0].integer(0), 0);

    ASSERT_EQ(ada->inbox().size(), 2u);
    EXPECT_TRUE(acked(ada->inbox()[0]));
    EXPECT_TRUE(acked(about<proto::DeleteChannel>(*ada, root)));
    EXPECT_THAT(last_update(*bea).delete_channels(), ElementsAre(root));
    const ChannelId id{static_cast<std::int64_t>(root)};
    EXPECT_EQ(world->live->state<Subscriptions>().users_of(id), nullptr);
}

TEST_P(ChannelTreeTest, ShowsWhoAndWhatIsInAChannelThatIsMadePublic) {
    const auto root = create(*ada, "root");
    add_member(root, *bea, kGuest);
    put_in_call(root, *ada);
    world->sql(
        "INSERT INTO channel_messages (channel_id, sender_id, body, sent_at, nonce_upper, "
        "nonce_lower) "
        "VALUES ($1, $2, 'x', 0, 0, 0)",
        {static_cast<std::int64_t>(root), ada->user});
    world->sql(
        "INSERT INTO buffers (channel_id, latest_operation_epoch, "
        "latest_operation_replica_id, latest_operation_lamport_timestamp) VALUES ($1, 0, 8, 5)",
        {static_cast<std::int64_t>(root)});
    proto::SetChannelVisibility request;
    request.set_visibility(proto::Public);
    EXPECT_TRUE(acked(about<proto::SetChannelVisibility>(*ada, root, request)));
    const auto update = last_update(*bea);
    ASSERT_EQ(update.channel_participants_size(), 1);
    EXPECT_EQ(update.channel_participants(0).participant_user_ids(0),
              static_cast<std::uint64_t>(ada->user.value));
    ASSERT_EQ(update.latest_channel_buffer_versions_size(), 1);
    EXPECT_EQ(update.latest_channel_buffer_versions(0).version(0).timestamp(), 5u);
    EXPECT_EQ(update.latest_channel_message_ids_size(), 1);
}

TEST_P(ChannelTreeTest, SaysOnTheLoopWhatBecomesOfAChannel) {
    std::vector<std::string> seen;
    world->live->state<ChannelWatch>().observe(
        [&](ChannelId id, std::optional<rpc::Visibility> visibility) {
            const std::string what =
                visibility ? std::to_string(static_cast<int>(*visibility)) : "deleted";
            seen.push_back(std::to_string(id.value) + " " + what);
        });
    const auto root = create(*ada, "root");
    const auto child = std::to_string(create(*ada, "child", root));
    make_public(root);
    EXPECT_TRUE(acked(set_visibility(root, 1)));
    EXPECT_TRUE(acked(about<proto::DeleteChannel>(*ada, root)));
    const auto visibility = [&](rpc::Visibility now) {
        return std::to_string(root) + " " + std::to_string(static_cast<int>(now));
    };
    EXPECT_THAT(seen, ElementsAre(visibility(rpc::Visibility::everybody),
                                  visibility(rpc::Visibility::members), child + " deleted",
                                  std::to_string(root) + " deleted"));
}

TEST_P(ChannelTreeTest, WithdrawsTheInvitationsToADeletedTree) {
    const auto root = create(*ada, "root");
    EXPECT_FALSE(invite(*ada, root, bea->user).is_error());
    bea->forget();
    EXPECT_TRUE(acked(about<proto::DeleteChannel>(*ada, root)));
    EXPECT_THAT(last_update(*bea).remove_channel_invitations(), ElementsAre(root));
    EXPECT_EQ(bea->received<proto::DeleteNotification>().size(), 1u);
}

}  // namespace
}  // namespace collab::channels
