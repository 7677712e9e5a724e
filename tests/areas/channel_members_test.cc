// SPDX-License-Identifier: Apache-2.0
#include "areas/channels_fixture.h"
#include "proto/notifications.pb.h"

namespace collab::channels {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ChannelMembersTest : public ChannelsTest {
protected:
    proto::GetChannelMembersResponse members(std::uint64_t channel, const std::string& query,
                                             std::uint64_t limit = 0) {
        proto::GetChannelMembers request;
        request.set_query(query);
        request.set_limit(limit);
        return about(*ada, channel, request).as<proto::GetChannelMembersResponse>();
    }
    std::vector<std::string> logins(const proto::GetChannelMembersResponse& response) {
        std::vector<std::string> found;
        for (const auto& user : response.users()) found.push_back(user.github_login());
        return found;
    }
    std::string asked(const std::string& what, std::uint64_t channel,
                      const std::string& role = "") {
        return what + " " + std::to_string(channel) + ": " + std::to_string(bea->user.value) +
               (role.empty() ? "" : " " + role);
    }
};
COLLAB_DATABASE_SUITE(ChannelMembersTest);

TEST_P(ChannelMembersTest, ShowsAnInvitationAndItsNotificationOnAllConnections) {
    auto& second = world->connect(bea->user);
    const auto root = create(*ada, "zed");
    EXPECT_TRUE(acked(invite(*ada, root, bea->user)));
    for (auto* client : {bea, &second}) {
        ASSERT_EQ(client->inbox().size(), 2u);
        EXPECT_EQ(client->inbox()[0].as<proto::UpdateChannels>().channel_invitations(0).id(), root);
        const auto added = client->inbox()[1].as<proto::AddNotification>().notification();
        EXPECT_EQ(added.kind(), "ChannelInvitation");
        EXPECT_EQ(added.entity_id(), root);
        EXPECT_THAT(added.content(), testing::HasSubstr("\"channel_name\":\"zed\""));
    }
}

TEST_P(ChannelMembersTest, RefusesInvitationsThatMakeNoSense) {
    const auto root = create(*ada, "zed");
    const auto sub = create(*ada, "sub", root);
    const auto carl = world->user("carl");
    EXPECT_EQ(error(invite(*ada, sub, carl)).code(), proto::NotARootChannel);
    EXPECT_EQ(error(invite(*ada, 4711, carl)).code(), proto::NoSuchChannel);
    EXPECT_TRUE(invite(*ada, root, {4711}).is_error());
    EXPECT_TRUE(invite(*ada, root, carl, 9).is_error());
    EXPECT_TRUE(acked(invite(*ada, root, carl)));
    EXPECT_TRUE(invite(*ada, root, carl).is_error());
    EXPECT_TRUE(invite(*ada, root, ada->user).is_error());
    add_member(root, *bea);
    EXPECT_TRUE(invite(*bea, root, world->user("dora")).is_error());
}

TEST_P(ChannelMembersTest, OpensTheTreeToWhoAccepts) {
    const auto root = create(*ada, "zed");
    const auto sub = create(*ada, "sub", root);
    invite(*ada, root, bea->user);
    bea->forget();
    EXPECT_TRUE(acked(respond(*bea, root, true)));
    const auto membership = bea->received<proto::UpdateUserChannels>().at(0).channel_memberships(0);
    EXPECT_EQ(membership.channel_id(), root);
    EXPECT_EQ(membership.role(), proto::Member);
    const auto update = last_update(*bea);
    EXPECT_THAT(ids(update), ElementsAre(sub, root));
    EXPECT_THAT(update.remove_channel_invitations(), ElementsAre(root));
    EXPECT_THAT(update.delete_channels(), IsEmpty());
    const auto answered = bea->received<proto::AddNotification>().at(0).notification();
    EXPECT_TRUE(answered.is_read());
    EXPECT_TRUE(answered.response());

    bea->forget();
    const auto another = create(*ada, "another", root);
    EXPECT_THAT(ids(last_update(*bea)), ElementsAre(another));
    EXPECT_TRUE(respond(*bea, root, true).is_error());
}

TEST_P(ChannelMembersTest, ForgetsADeclinedInvitation) {
    const auto root = create(*ada, "zed");
    invite(*ada, root, bea->user);
    bea->forget();
    EXPECT_TRUE(acked(respond(*bea, root, false)));
    EXPECT_THAT(last_update(*bea).remove_channel_invitations(), ElementsAre(root));
    const auto answered = bea->received<proto::AddNotification>().at(0).notification();
    EXPECT_TRUE(answered.is_read());
    EXPECT_FALSE(answered.response());
    EXPECT_TRUE(respond(*bea, root, true).is_error());
    EXPECT_EQ(error(respond(*bea, 4711, true)).code(), proto::NoSuchChannel);
    EXPECT_TRUE(acked(invite(*ada, root, bea->user)));
}

TEST_P(ChannelMembersTest, TakesARemovedMemberOutOfEveryCallOfTheTree) {
    const auto root = create(*ada, "zed");
    const auto sub = create(*ada, "sub", root);
    add_member(root, *bea);
    put_in_call(sub, *bea);
    EXPECT_TRUE(acked(remove(*ada, root, bea->user)));
    EXPECT_THAT(last_update(*bea).delete_channels(), testing::UnorderedElementsAre(root, sub));
    EXPECT_THAT(bea->received<proto::UpdateUserChannels>().back().channel_memberships(), IsEmpty());
    EXPECT_THAT(evictor.asked, ElementsAre(asked("evict", sub)));
    bea->forget();
    create(*ada, "more", root);
    EXPECT_THAT(bea->inbox(), IsEmpty());
}

TEST_P(ChannelMembersTest, LetsMembersLeaveAndOnlyAdminsRemoveOthers) {
    const auto root = create(*ada, "zed");
    add_member(root, *bea);
    EXPECT_TRUE(remove(*bea, root, ada->user).is_error());
    EXPECT_TRUE(acked(remove(*bea, root, bea->user)));
    EXPECT_TRUE(remove(*bea, root, bea->user).is_error());
    EXPECT_TRUE(remove(*ada, create(*ada, "sub", root), ada->user).is_error());
    EXPECT_THAT(evictor.asked, IsEmpty());
}

TEST_P(ChannelMembersTest, WithdrawsAnInvitationWithItsNotification) {
    const auto root = create(*ada, "zed");
    invite(*ada, root, bea->user);
    const auto id = bea->received<proto::AddNotification>().at(0).notification().id();
    EXPECT_TRUE(acked(remove(*ada, root, bea->user)));
    EXPECT_THAT(last_update(*bea).remove_channel_invitations(), ElementsAre(root));
    EXPECT_EQ(bea->received<proto::DeleteNotification>().at(0).notification_id(), id);
}

TEST_P(ChannelMembersTest, EndsTheCallsOfWhoCanNoLongerAnswerThem) {
    const auto root = create(*ada, "zed");
    const auto open = create(*ada, "open");
    make_public(open);
    auto& cleo = world->connect(world->user("cleo"));
    invite(*ada, root, bea->user);
    put_in_call(root, *bea);
    invite(*ada, open, cleo.user);
    put_in_call(open, cleo);
    EXPECT_TRUE(acked(set_role(*ada, root, bea->user, kMember)));
    EXPECT_TRUE(acked(remove(*ada, open, cleo.user)));  // who may enter as anybody does
    EXPECT_THAT(evictor.asked, IsEmpty());
    EXPECT_TRUE(acked(set_role(*ada, root, bea->user, kGuest)));
    EXPECT_THAT(evictor.asked, ElementsAre(asked("evict", root)));
    EXPECT_TRUE(acked(remove(*ada, root, bea->user)));
    EXPECT_THAT(evictor.asked, ElementsAre(asked("evict", root), asked("evict", root)));
    invite(*ada, root, bea->user);
    EXPECT_TRUE(acked(respond(*bea, root, false)));
    EXPECT_EQ(evictor.asked.size(), 3u);
}

TEST_P(ChannelMembersTest, ChangesTheRoleOfAnInvitationToo) {
    const auto root = create(*ada, "zed");
    invite(*ada, root, bea->user);
    bea->forget();
    EXPECT_TRUE(acked(set_role(*ada, root, bea->user, kAdmin)));
    EXPECT_THAT(last_update(*bea).channel_invitations_size(), 1);
    EXPECT_THAT(bea->received<proto::UpdateUserChannels>(), IsEmpty());
    respond(*bea, root, true);
    EXPECT_EQ(bea->received<proto::UpdateUserChannels>().at(0).channel_memberships(0).role(),
              proto::Admin);
}

TEST_P(ChannelMembersTest, WeakensRunningCallsByAWeakerRoleOnly) {
    const auto root = create(*ada, "zed");
    make_public(root);
    add_member(root, *bea);
    put_in_call(root, *bea);
    EXPECT_TRUE(acked(set_role(*ada, root, bea->user, kGuest)));
    EXPECT_THAT(evictor.asked, ElementsAre(asked("weaken", root, "guest")));
    EXPECT_TRUE(acked(set_role(*ada, root, bea->user, kMember)));
    EXPECT_EQ(evictor.asked.size(), 1u);
}

TEST_P(ChannelMembersTest, EvictsWhoseNewRoleCannotSeeTheChannel) {
    const auto root = create(*ada, "zed");
    add_member(root, *bea);
    put_in_call(root, *bea);
    EXPECT_TRUE(acked(set_role(*ada, root, bea->user, kGuest)));
    EXPECT_THAT(last_update(*bea).delete_channels(), ElementsAre(root));
    EXPECT_TRUE(acked(set_role(*ada, root, bea->user, kBanned)));
    EXPECT_THAT(evictor.asked, ElementsAre(asked("evict", root), asked("evict", root)));
}

TEST_P(ChannelMembersTest, RefusesRolesForStrangersAndByMembers) {
    const auto root = create(*ada, "zed");
    const auto sub = create(*ada, "sub", root);
    EXPECT_TRUE(set_role(*ada, root, bea->user, kGuest).is_error());
    add_member(root, *bea);
    EXPECT_TRUE(set_role(*bea, root, ada->user, kGuest).is_error());
    EXPECT_TRUE(set_role(*ada, sub, bea->user, kAdmin).is_error());
    EXPECT_TRUE(set_role(*ada, root, bea->user, 17).is_error());
    EXPECT_THAT(evictor.asked, IsEmpty());
}

TEST_P(ChannelMembersTest, ListsMembersByRoleThenAcceptanceThenLogin) {
    const auto root = create(*ada, "zed");
    add_member(root, *bea);
    invite(*ada, root, world->user("carl"));
    invite(*ada, root, world->user("dora"), kGuest);
    add_member(root, world->connect(world->user("emil")));
    invite(*ada, root, world->user("finn"), kBanned);
    const auto response = members(create(*ada, "sub", root), "");
    EXPECT_THAT(logins(response), ElementsAre("ada", "bea", "emil", "carl", "dora", "finn"));
    EXPECT_EQ(response.members(0).role(), proto::Admin);
    EXPECT_EQ(response.members(0).user_id(), number(ada->user));
    EXPECT_EQ(response.members(2).kind(), proto::ChannelMember::Member);
    EXPECT_EQ(response.members(3).kind(), proto::ChannelMember::Invitee);
    EXPECT_EQ(response.users(1).username(), "bea");
    EXPECT_FALSE(response.users(1).avatar_url().empty());
}

TEST_P(ChannelMembersTest, FindsMembersByLettersInOrder) {
    const auto root = create(*ada, "zed");
    invite(*ada, root, world->user("John-Doe"));
    invite(*ada, root, world->user("jane"));
    EXPECT_THAT(logins(members(root, "JD")), ElementsAre("John-Doe"));
    EXPECT_THAT(logins(members(root, "n-%_e")), ElementsAre("John-Doe", "jane"));
    EXPECT_THAT(logins(members(root, "x")), IsEmpty());
    EXPECT_THAT(logins(members(root, "\u00e9")), IsEmpty());
    invite(*ada, root, world->user("Ren\u00e9-\u6f22"));
    EXPECT_THAT(logins(members(root, "r\u00e9\u6f22")), ElementsAre("Ren\u00e9-\u6f22"));
    EXPECT_THAT(logins(members(root, "\u6f22\u00e9")), IsEmpty());
    EXPECT_EQ(members(root, "", 2).users_size(), 2);
}

TEST_P(ChannelMembersTest, ShowsTheListToParticipantsOnly) {
    const auto root = create(*ada, "zed");
    EXPECT_TRUE(about<proto::GetChannelMembers>(*bea, root).is_error());
    invite(*ada, root, bea->user);
    EXPECT_TRUE(about<proto::GetChannelMembers>(*bea, root).is_error());
    EXPECT_EQ(error(about<proto::GetChannelMembers>(*ada, 4711)).code(), proto::NoSuchChannel);
}

}  // namespace
}  // namespace collab::channels
