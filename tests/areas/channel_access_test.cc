// SPDX-License-Identifier: Apache-2.0
#include "areas/channels_fixture.h"
#include "proto/notifications.pb.h"

namespace collab::channels {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ChannelAccessTest : public ChannelsTest {
protected:
    std::string asked_role(test::FakeClient& client) {
        return world->sql("SELECT role FROM channel_members WHERE user_id = $1", {client.user})[0]
            .text(0);
    }
};
COLLAB_DATABASE_SUITE(ChannelAccessTest);

TEST_P(ChannelAccessTest, KeepsStrangersOutOfPrivateChannels) {
    const auto root = create(*ada, "zed");
    EXPECT_EQ(error(join(*bea, root)).code(), proto::Forbidden);
    EXPECT_EQ(error(join(*bea, 4711)).code(), proto::NoSuchChannel);
    EXPECT_THAT(bea->received<proto::UpdateChannels>(), IsEmpty());
}

TEST_P(ChannelAccessTest, MakesAStrangerAGuestOfAPublicChannel) {
    const auto root = create(*ada, "zed");
    const auto sub = create(*ada, "sub", root);
    const auto hidden = create(*ada, "hidden", sub);
    make_public(root);
    make_public(sub);
    EXPECT_TRUE(acked(join(*bea, sub)));
    EXPECT_EQ(asked_role(*bea), "guest");
    const auto membership = bea->received<proto::UpdateUserChannels>().at(0).channel_memberships(0);
    EXPECT_EQ(membership.channel_id(), root);
    EXPECT_EQ(membership.role(), proto::Guest);
    const auto update = bea->received<proto::UpdateChannels>().at(0);
    EXPECT_THAT(ids(update), ElementsAre(sub, root));
    EXPECT_THAT(update.delete_channels(), ElementsAre(hidden));
    EXPECT_EQ(error(join(*bea, hidden)).code(), proto::Forbidden);
    bea->forget();
    EXPECT_TRUE(acked(join(*bea, sub)));
    EXPECT_THAT(bea->received<proto::UpdateUserChannels>(), IsEmpty());
}

TEST_P(ChannelAccessTest, TakesJoiningAsAcceptingTheInvitationToTheRoot) {
    const auto root = create(*ada, "zed");
    const auto sub = create(*ada, "sub", root);
    invite(*ada, root, bea->user);
    bea->forget();
    EXPECT_TRUE(acked(join(*bea, sub)));
    const auto answered = bea->received<proto::AddNotification>().at(0).notification();
    EXPECT_TRUE(answered.is_read());
    EXPECT_TRUE(answered.response());
    EXPECT_THAT(bea->received<proto::UpdateChannels>().at(0).remove_channel_invitations(),
                ElementsAre(root));
}

TEST_P(ChannelAccessTest, KeepsAnInvitedGuestOutOfAPrivateChannel) {
    const auto root = create(*ada, "zed");
    invite(*ada, root, bea->user, kGuest);
    EXPECT_EQ(error(join(*bea, root)).code(), proto::Forbidden);
    EXPECT_EQ(error(join(*bea, create(*ada, "sub", root))).code(), proto::Forbidden);
}

TEST_P(ChannelAccessTest, KeepsTheBannedOutOfPublicChannels) {
    const auto root = create(*ada, "zed");
    make_public(root);
    add_member(root, *bea, kBanned);
    EXPECT_EQ(error(join(*bea, root)).code(), proto::Forbidden);
    EXPECT_EQ(asked_role(*bea), "banned");
}

TEST_P(ChannelAccessTest, TellsWhoIsInACallToThoseWhoSeeTheChannel) {
    const auto root = create(*ada, "zed");
    const auto sub = create(*ada, "sub", root);
    make_public(root);
    join(*bea, root);
    bea->forget();
    put_in_call(sub, *ada);
    join(*ada, sub);
    const auto update = last_update(*ada);
    EXPECT_EQ(update.channel_participants(0).channel_id(), sub);
    EXPECT_THAT(update.channel_participants(0).participant_user_ids(),
                ElementsAre(number(ada->user)));
    EXPECT_THAT(bea->inbox(), IsEmpty());
}

}  // namespace
}  // namespace collab::channels
