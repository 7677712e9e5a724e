// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "rpc/conversation.h"
#include "support/rpc_world.h"

namespace collab::rpc {
namespace {

Result<proto::UsersResponse> get_users(Call& call, const proto::GetUsers&) {
    COLLAB_TRY(const auto count, call.tx.one("SELECT count(*) FROM users", {},
                                             [](const db::Row& row) { return row.integer(0); }));
    proto::UsersResponse response;
    for (std::int64_t i = 0; i < *count; ++i)
        response.add_users()->set_id(static_cast<std::uint64_t>(i));
    return response;
}

Result<proto::GetPrivateUserInfoResponse> get_private_user_info(Call& call,
                                                                const proto::GetPrivateUserInfo&) {
    COLLAB_TRY(const auto admin, call.tx.one("SELECT admin FROM users WHERE id = $1", {call.user()},
                                             [](const db::Row& row) { return row.boolean(0); }));
    proto::GetPrivateUserInfoResponse response;
    response.set_staff(*admin);
    return response;
}

Status leave_room(Call& call, const proto::LeaveRoom&) {
    COLLAB_DO(call.tx.run("UPDATE users SET admin = TRUE WHERE id = $1", {call.user()}));
    call.outbox.to_user(call.user(), proto::ShowContacts());
    call.outbox.reply();
    call.outbox.to_user(call.user(), proto::CallCanceled());
    return ok();
}

Status create_room(Call& call, const proto::CreateRoom&) {
    COLLAB_DO(call.tx.run("UPDATE users SET admin = TRUE", {}));
    call.outbox.to_user(call.user(), proto::ShowContacts());
    return Error{ErrorCode::denied, "not today", {"reason=test"}};
}

Task<Status> follow(std::shared_ptr<Conversation> conversation, proto::Follow request) {
    const PeerId leader{request.leader_id().owner_id(), request.leader_id().id()};
    COLLAB_CO_TRY(const auto answer, co_await conversation->forward(leader));
    conversation->relay(answer);
    co_return ok();
}

Status unshare_project(LiveCall&, const proto::UnshareProject&) {
    return ok();
}

Status unfollow(Call&, const proto::Unfollow&) {
    return ok();
}

std::vector<Route> table() {
    return {conversation<&follow>(),
            live<&unshare_project>(Need::nothing),
            record<&unfollow>({.one_way = true}),
            read<&get_users>({.rate = {3, std::chrono::milliseconds(200)}}),
            read<&get_private_user_info>(),
            record<&leave_room>({.about_room = true}),
            record<&create_room>(),
            relayed("GetHover", Relay::request, Need::read, {"GetHoverResponse"}),
            relayed("SearchCommits", Relay::stream, Need::read, {"SearchCommitsResponse"}),
            relayed("Stage", Relay::request, Need::write, {"Ack"}),
            relayed("LspQuery", Relay::request_by_query, Need::read, {"Ack"}),
            relayed("CreateBufferForPeer", Relay::to_peer, Need::host),
            relayed("FindSearchCandidatesChunk", Relay::request_to_peer, Need::host, {"Ack"}),
            relayed("RefreshInlayHints", Relay::broadcast, Need::host)};
}

class RouterTest : public testing::Test {
protected:
    test::RpcWorld world{test::Engine::sqlite, table()};
    test::FakeClient& host = world.connect(world.user("host"));
    test::FakeClient& guest = world.connect(world.user("guest"));
    test::FakeClient& other = world.connect(world.user("other"));

    void share(Role guest_role) {
        ProjectState project;
        project.id = {7};
        project.host = host.peer;
        project.collaborators = {{host.peer, host.user, 0, true, {}, {}},
                                 {guest.peer, guest.user, 8, false, {}, {}}};
        world.live->index.put_room(
            {{1},
             {},
             {{host.user, host.peer, Role::admin}, {guest.user, guest.peer, guest_role}},
             {project}});
    }
    // A message of the host about the project to somebody.
    static std::string addressed_to(std::uint64_t server, std::uint64_t connection) {
        std::string peer;
        wire::put_varint_field(peer, 1, server);
        wire::put_varint_field(peer, 2, connection);
        std::string payload = about_project();
        wire::put_bytes_field(payload, 2, peer);
        return payload;
    }
    std::uint32_t post_follow(test::FakeClient& follower) {
        proto::Follow follow;
        follow.mutable_leader_id()->set_owner_id(host.peer.server);
        follow.mutable_leader_id()->set_id(host.peer.connection);
        return follower.post(follow);
    }
    static bool is_rate_limited(const test::Received& answer) {
        return answer.is_error() && answer.envelope.error().code() == proto::RateLimitExceeded;
    }
    static std::string about_project() { return std::string("\x08\x07", 2); }
};

TEST_F(RouterTest, AnswersAPingAtOnceWhenNothingIsOnItsWay) {
    EXPECT_EQ(guest.request(proto::Ping()).envelope.payload_case(), proto::Envelope::kAck);
}

TEST_F(RouterTest, HoldsAPingBackUntilEarlierMessagesHaveTakenEffect) {
    guest.post(proto::LeaveRoom());
    guest.post(proto::Ping());
    EXPECT_TRUE(guest.inbox().empty());
    world.settle();
    ASSERT_EQ(guest.inbox().size(), 4u);
    EXPECT_EQ(guest.inbox()[0].envelope.payload_case(), proto::Envelope::kShowContacts);
    EXPECT_EQ(guest.inbox()[1].envelope.payload_case(), proto::Envelope::kAck);
    EXPECT_EQ(guest.inbox()[2].envelope.payload_case(), proto::Envelope::kCallCanceled);
    EXPECT_EQ(guest.inbox()[3].envelope.responding_to(), 2u);
}

TEST_F(RouterTest, ReadsSeeWhatTheirConnectionHasAskedToWriteBefore) {
    for (int i = 0; i < 16; ++i) {  // the seed decides whose turn it is, the writer's or a reader's
        auto& client = world.connect(world.user("user" + std::to_string(i)));
        client.post(proto::LeaveRoom());
        const auto id = client.post(proto::GetPrivateUserInfo());
        world.settle();
        EXPECT_TRUE(client.answer_to(id).as<proto::GetPrivateUserInfoResponse>().staff());
    }
}

TEST_F(RouterTest, RefusesWhatComesFasterThanItsRateAllowsPerConnection) {
    const auto refused = [](test::FakeClient& client) {
        const auto answer = client.request(proto::GetUsers());
        return answer.is_error() && answer.envelope.error().code() == proto::RateLimitExceeded;
    };
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(refused(guest));
    EXPECT_TRUE(refused(guest));
    EXPECT_FALSE(refused(other));

    world.executor.advance(std::chrono::milliseconds(200));
    EXPECT_FALSE(refused(guest));
    EXPECT_TRUE(refused(guest));

    world.executor.advance(std::chrono::seconds(5));
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(refused(guest));
    EXPECT_TRUE(refused(guest));
}

TEST_F(RouterTest, RollsBackWhatAFailingRequestDidAndSendsNothingButItsError) {
    const auto answer = guest.request(proto::CreateRoom());
    ASSERT_TRUE(answer.is_error());
    EXPECT_EQ(answer.envelope.error().message(), "not today");
    EXPECT_EQ(answer.envelope.error().tags(0), "reason=test");
    EXPECT_EQ(guest.inbox().size(), 1u);
    EXPECT_EQ(world.sql("SELECT count(*) FROM users WHERE admin")[0].integer(0), 0);
}

TEST_F(RouterTest, AnswersAnUnhandledRequestWithAnErrorAndAnUnknownOneToo) {
    EXPECT_TRUE(guest.answer_to(guest.send_raw(wire::find_tag("Fetch"), "")).is_error());
    EXPECT_TRUE(guest.answer_to(guest.send_raw(4000, "\x08\x01")).is_error());
}

TEST_F(RouterTest, ForwardsARequestWithItsSenderAndRelaysTheAnswer) {
    share(Role::guest);
    const auto tag = wire::find_tag("GetHover");
    const auto id = guest.send_raw(tag, about_project());
    const auto forwarded = host.received_raw(tag);
    ASSERT_EQ(forwarded.size(), 1u);
    EXPECT_EQ(forwarded[0].envelope.original_sender_id().id(), guest.peer.connection);
    host.reply_raw(forwarded[0], wire::find_tag("GetHoverResponse"), "\x08\x01");
    const auto answer = guest.answer_to(id);
    EXPECT_EQ(answer.tag, wire::find_tag("GetHoverResponse"));
    EXPECT_FALSE(answer.envelope.has_original_sender_id());
}

TEST_F(RouterTest, RefusesWhoMayNotWriteAndWhoIsNotInTheRoom) {
    share(Role::guest);
    const auto tag = wire::find_tag("Stage");
    EXPECT_TRUE(guest.answer_to(guest.send_raw(tag, about_project())).is_error());
    EXPECT_TRUE(
        other.answer_to(other.send_raw(wire::find_tag("GetHover"), about_project())).is_error());
    EXPECT_TRUE(host.received_raw(tag).empty());
}

TEST_F(RouterTest, FailsWhatWaitsForAHostThatGoes) {
    share(Role::member);
    const auto id = guest.send_raw(wire::find_tag("GetHover"), about_project());
    world.disconnect(host);
    EXPECT_TRUE(guest.answer_to(id).is_error());
}

TEST_F(RouterTest, FailsWhatWaitsForAnAnswerThatIsTooLongAndSaysSoInTheLog) {
    share(Role::member);
    const std::string huge(world.settings.limits.message_decoded, ' ');
    const auto id = guest.send_raw(wire::find_tag("GetHover"), about_project());
    const auto request = host.received_raw(wire::find_tag("GetHover")).at(0);
    testing::internal::CaptureStderr();
    host.reply_raw(request, wire::find_tag("GetHoverResponse"), huge);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("is skipped"), std::string::npos);
    EXPECT_EQ(guest.answer_to(id).envelope.error().message(), "the answer is too large");

    EXPECT_TRUE(guest.answer_to(guest.send_raw(wire::find_tag("GetHover"), huge)).is_error());
    EXPECT_EQ(guest.request(proto::Ping()).envelope.payload_case(), proto::Envelope::kAck);
}

TEST_F(RouterTest, EndsAStreamOnceWhenItsReaderLosesTheRight) {
    share(Role::member);
    const auto id = guest.send_raw(wire::find_tag("SearchCommits"), about_project());
    const auto request = host.received_raw(wire::find_tag("SearchCommits")).at(0);
    host.reply_raw(request, wire::find_tag("SearchCommitsResponse"), "");
    share(Role::banned);
    host.reply_raw(request, wire::find_tag("SearchCommitsResponse"), "");
    host.reply_raw(request, wire::find_tag("EndStream"), "");
    int errors = 0;
    for (const auto& each : guest.inbox()) {
        if (each.envelope.responding_to() == id && each.is_error()) ++errors;
    }
    EXPECT_EQ(errors, 1);
    EXPECT_EQ(guest.inbox().size(), 2u);
}

TEST_F(RouterTest, BroadcastsNothingToWhoWasBannedFromTheCall) {
    const auto refresh = wire::find_tag("RefreshInlayHints");
    share(Role::guest);
    host.send_raw(refresh, about_project());
    share(Role::banned);
    host.send_raw(refresh, about_project());
    EXPECT_EQ(guest.received_raw(refresh).size(), 1u);
    const auto buffer = wire::find_tag("CreateBufferForPeer");
    host.send_raw(buffer, addressed_to(guest.peer.server, guest.peer.connection));
    EXPECT_TRUE(guest.received_raw(buffer).empty());
}

TEST_F(RouterTest, EndsWhatNeedsTheRightToWriteWhenThatIsLost) {
    share(Role::member);
    const auto staged = guest.send_raw(wire::find_tag("Stage"), about_project());
    std::string query = about_project();
    wire::put_bytes_field(query, 6, "");  // get_code_actions
    const auto asked = guest.send_raw(wire::find_tag("LspQuery"), query);
    const auto hovered = guest.send_raw(wire::find_tag("GetHover"), about_project());
    share(Role::guest);
    EXPECT_EQ(guest.answer_to(staged).envelope.error().code(), proto::Forbidden);
    EXPECT_EQ(guest.answer_to(asked).envelope.error().code(), proto::Forbidden);
    EXPECT_FALSE(guest.answered(hovered));
}

TEST_F(RouterTest, RefusesTheRequestInFlightThatIsOneTooMany) {
    share(Role::member);
    const auto hover = wire::find_tag("GetHover");
    for (int i = 0; i < 1024; ++i) guest.post_raw(hover, about_project());
    EXPECT_EQ(host.received_raw(hover).size(), 1024u);
    EXPECT_TRUE(is_rate_limited(guest.answer_to(guest.post_raw(hover, about_project()))));

    EXPECT_FALSE(guest.answered(post_follow(guest))) << "those of the other kind are counted apart";
    EXPECT_FALSE(host.answered(host.post_raw(hover, about_project()))) << "and so are others'";
    host.reply_raw(host.received_raw(hover)[0], wire::find_tag("GetHoverResponse"), "");
    EXPECT_FALSE(guest.answered(guest.post_raw(hover, about_project())));
}

TEST_F(RouterTest, ClosesAHostThatAnswersNobody) {
    RoomState room{{1}, {}, {{host.user, host.peer, Role::admin}}, {}};
    ProjectState project;
    project.id = {7};
    project.host = host.peer;
    std::vector<test::FakeClient*> guests;
    for (std::size_t i = 0; i <= PendingRequests::kMaxOwed / 1024; ++i) {
        guests.push_back(&world.connect(guest.user));
        room.participants.push_back({guest.user, guests.back()->peer, Role::member});
    }
    room.projects.push_back(project);
    world.live->index.put_room(room);
    const auto hover = wire::find_tag("GetHover");
    std::uint32_t first = 0;
    for (auto* each : guests) {
        for (int i = 0; i < 1024 && !host.closed; ++i) {
            const auto id = each->post_raw(hover, about_project());
            if (first == 0) first = id;
        }
    }
    EXPECT_EQ(host.close_code, 1013);
    world.disconnect(host);
    EXPECT_TRUE(guests[0]->answer_to(first).is_error());
}

TEST_F(RouterTest, ClosesWhoSendsMorePingsThanMayWait) {
    guest.post(proto::LeaveRoom());
    for (std::size_t i = 0; i <= Limits().held_messages; ++i) guest.post(proto::Ping());
    EXPECT_EQ(guest.close_code, 1013);
}

TEST_F(RouterTest, ClosesWhoSendsMoreThanMayWaitForTheDatabase) {
    std::string payload;
    wire::put_bytes_field(payload, 900, std::string(std::size_t{40} << 20, 'x'));
    const auto tag = wire::tag_of<proto::LeaveRoom>();
    for (int i = 0; i < 2; ++i) {
        guest.send_raw(tag, payload);
        EXPECT_FALSE(guest.closed) << "what has taken effect waits no more";
    }
    guest.post_raw(tag, payload);
    EXPECT_FALSE(guest.closed);
    guest.post_raw(tag, payload);
    EXPECT_EQ(guest.close_code, 1013);
}

// Short ones cost more than their bytes.
TEST_F(RouterTest, ClosesWhoSendsMoreShortMessagesThanMayWaitForTheDatabase) {
    int sent = 0;
    for (; !guest.closed && sent < 100'000; ++sent) guest.post(proto::LeaveRoom());
    EXPECT_EQ(guest.close_code, 1013);
    EXPECT_LT(sent, 70'000);
}

TEST_F(RouterTest, ClosesWhoseConversationsHoldTooMuch) {
    proto::Follow follow;
    follow.mutable_leader_id()->set_owner_id(host.peer.server);
    follow.mutable_leader_id()->set_id(host.peer.connection);
    std::string payload = follow.SerializeAsString();
    wire::put_bytes_field(payload, 900, std::string(std::size_t{40} << 20, 'x'));
    guest.send_raw(wire::tag_of<proto::Follow>(), payload);
    EXPECT_FALSE(guest.closed);
    guest.send_raw(wire::tag_of<proto::Follow>(), payload);
    EXPECT_EQ(guest.close_code, 1013);
}

TEST_F(RouterTest, CountsWhatAConversationForwards) {
    for (int i = 0; i < 1024; ++i) post_follow(guest);
    EXPECT_TRUE(is_rate_limited(guest.answer_to(post_follow(guest))));
    EXPECT_FALSE(other.answered(post_follow(other)));

    const auto first = host.received_raw(wire::tag_of<proto::Follow>()).at(0);
    host.reply(first, proto::FollowResponse());
    EXPECT_FALSE(guest.answered(post_follow(guest)));
    EXPECT_TRUE(is_rate_limited(guest.answer_to(post_follow(guest))));
}

TEST_F(RouterTest, CarriesNothingOfTheHostToSomebodyOutsideTheProject) {
    share(Role::member);
    for (const std::string_view name : {"CreateBufferForPeer", "FindSearchCandidatesChunk"}) {
        const auto tag = wire::find_tag(name);
        const std::uint64_t here = host.peer.server;
        host.send_raw(tag, addressed_to(here, other.peer.connection));
        host.send_raw(tag, addressed_to(here + 1, guest.peer.connection));
        guest.send_raw(tag, addressed_to(here, host.peer.connection));
        EXPECT_TRUE(other.received_raw(tag).empty()) << name;
        EXPECT_TRUE(guest.received_raw(tag).empty()) << name;
        EXPECT_TRUE(host.received_raw(tag).empty()) << name;
        host.send_raw(tag, addressed_to(here, guest.peer.connection));
        EXPECT_EQ(guest.received_raw(tag).size(), 1u) << name;
    }
}

TEST_F(RouterTest, DropsAnAnswerOfWhoWasNotAsked) {
    share(Role::member);
    const auto id = guest.send_raw(wire::find_tag("GetHover"), about_project());
    const auto request = host.received_raw(wire::find_tag("GetHover")).at(0);
    const auto before = world.router->counters().stray_answers;
    other.reply_raw(request, wire::find_tag("GetHoverResponse"), "\x08\x02");
    guest.reply_raw(request, wire::find_tag("GetHoverResponse"), "\x08\x03");
    EXPECT_TRUE(guest.inbox().empty());
    EXPECT_TRUE(host.inbox().size() == 1u);
    EXPECT_EQ(world.router->counters().stray_answers, before + 2);

    host.reply_raw(request, wire::find_tag("GetHoverResponse"), "\x08\x01");
    host.reply_raw(request, wire::find_tag("GetHoverResponse"), "\x08\x04");
    EXPECT_EQ(guest.answer_to(id).payload, "\x08\x01");
    EXPECT_EQ(guest.inbox().size(), 1u) << "one answer to a request";
}

TEST_F(RouterTest, NamesTheTrueSenderWhateverAMessageClaims) {
    share(Role::member);
    std::string forged;
    wire::put_varint_field(forged, 1, 5);
    wire::put_bytes_field(forged, 3, addressed_to(99, 99).substr(4));
    wire::put_bytes_field(forged, wire::find_tag("GetHover"), about_project());
    world.router->on_message(*world.live->hub.session(guest.peer),
                             wire::as_bytes(*wire::pack(wire::as_bytes(forged))));
    const auto request = host.received_raw(wire::find_tag("GetHover")).at(0);
    EXPECT_EQ(request.envelope.original_sender_id().owner_id(), guest.peer.server);
    EXPECT_EQ(request.envelope.original_sender_id().id(), guest.peer.connection);
}

TEST_F(RouterTest, RelaysBroadcastsOfTheHostOnly) {
    share(Role::member);
    const auto tag = wire::find_tag("RefreshInlayHints");
    guest.send_raw(tag, about_project());
    host.send_raw(tag, about_project());
    EXPECT_TRUE(host.received_raw(tag).empty());
    EXPECT_EQ(guest.received_raw(tag).size(), 1u);
}

TEST_F(RouterTest, ClosesOnlyTheConnectionThatSendsGarbage) {
    world.router->on_message(*world.live->hub.session(guest.peer),
                             wire::as_bytes("this is not zstd"));
    EXPECT_TRUE(guest.closed);
    EXPECT_EQ(host.request(proto::Ping()).envelope.payload_case(), proto::Envelope::kAck);
}

TEST_F(RouterTest, ClosesTheConnectionWhosePayloadCannotBeReadWhateverItsShape) {
    share(Role::member);
    for (const std::string_view name :
         {"GetUsers", "LeaveRoom", "Follow", "UnshareProject", "Unfollow", "GetHover"}) {
        auto& sender = world.connect(guest.user);
        auto& in_project = name == "GetHover" ? guest : sender;
        in_project.send_raw(wire::find_tag(name), std::string("\x08\x07\x08", 3));
        EXPECT_EQ(in_project.close_code, 1007) << name;
        EXPECT_EQ(in_project.close_reason, "cannot read " + std::string(name));
        EXPECT_TRUE(in_project.inbox().empty()) << name;
    }
    EXPECT_FALSE(host.closed);
    EXPECT_FALSE(other.closed);
}

TEST_F(RouterTest, RefusesMillionsOfFieldsInWhatItDoesNotParse) {
    share(Role::member);
    std::string payload = about_project();
    for (int i = 0; i < 1'100'000; ++i) wire::put_bytes_field(payload, 900, "");
    const auto answer = guest.answer_to(guest.send_raw(wire::find_tag("GetHover"), payload));
    EXPECT_EQ(answer.envelope.error().code(), proto::RateLimitExceeded);
    EXPECT_TRUE(host.received_raw(wire::find_tag("GetHover")).empty());
}

TEST_F(RouterTest, AnswersWhatIsReadFromTheRows) {
    EXPECT_EQ(guest.request(proto::GetUsers()).as<proto::UsersResponse>().users_size(), 3);
}

}  // namespace
}  // namespace collab::rpc
