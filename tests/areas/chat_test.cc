// SPDX-License-Identifier: Apache-2.0
// Channel chat, as clients of June 2025 use it.

#include "areas/chat/chat_edits.h"
#include "areas/chat/chat_handlers.h"
#include "areas/chat/lifecycle.h"
#include "proto/notifications.pb.h"
#include "support/area_fixture.h"

namespace collab::chat {
namespace {

class Chat : public test::AreaTest {
protected:
    void SetUp() override {
        AreaTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        channel = given_channel();
        ada = given_member("ada", "admin");
        bea = given_member("bea", "member");
        cem = given_member("cem", "member");
        join(ada);
        join(bea);
    }

    ChannelId given_channel() {
        return {
            sql("INSERT INTO channels (name, visibility) VALUES ('chat', 'members') RETURNING id")
                [0]
                    .integer(0)};
    }
    UserId given_member(const std::string& name, const std::string& role) {
        const auto user = given_user(name);
        sql("INSERT INTO channel_members (channel_id, user_id, role, accepted) VALUES ($1, $2, $3, "
            "TRUE)",
            {channel, user, role});
        return user;
    }
    proto::JoinChannelChatResponse join(UserId user) {
        proto::JoinChannelChat request;
        request.set_channel_id(number(channel));
        auto answer = run(user, join_channel_chat, request);
        EXPECT_TRUE(answer.ok());
        return answer.ok() ? *answer : proto::JoinChannelChatResponse();
    }

    struct At {
        std::uint64_t start;
        std::uint64_t end;
        UserId user;
    };
    template <class Request>
    Request request(const std::string& body, std::uint64_t nonce, std::vector<At> mentions = {}) {
        Request message;
        message.set_channel_id(number(channel));
        message.set_body(body);
        message.mutable_nonce()->set_upper_half(~std::uint64_t{0});
        message.mutable_nonce()->set_lower_half(nonce);
        for (const auto& each : mentions) {
            auto* mention = message.add_mentions();
            mention->mutable_range()->set_start(each.start);
            mention->mutable_range()->set_end(each.end);
            mention->set_user_id(number(each.user));
        }
        return message;
    }
    auto text(const std::string& body, std::uint64_t nonce, std::vector<At> mentions = {}) {
        return request<proto::SendChannelMessage>(body, nonce, std::move(mentions));
    }
    proto::ChannelMessage say(UserId user, const proto::SendChannelMessage& message) {
        auto answer = run(user, send_channel_message, message);
        EXPECT_TRUE(answer.ok()) << (answer.ok() ? "" : answer.error().message);
        return answer.ok() ? answer->message() : proto::ChannelMessage();
    }
    // Connections that an M of the last request reaches.
    template <class M>
    std::vector<PeerId> told() {
        std::vector<PeerId> peers;
        for (const auto& post : test::posts_of(outbox())) {
            if (post.tag == wire::tag_of<M>())
                peers.push_back(std::get<rpc::ToPeer>(post.address).peer);
        }
        return peers;
    }
    template <class M>
    std::vector<UserId> told_users() {
        std::vector<UserId> users;
        for (const auto& post : test::posts_of(outbox())) {
            if (post.tag == wire::tag_of<M>())
                users.push_back(std::get<rpc::ToUser>(post.address).user);
        }
        return users;
    }
    PeerId peer_of(UserId user) { return peer(static_cast<std::uint32_t>(user.value)); }
    template <class Id>
    static std::uint64_t number(Id id) {
        return static_cast<std::uint64_t>(id.value);
    }

    ChannelId channel;
    UserId ada, bea, cem;
};
COLLAB_DATABASE_SUITE(Chat);

TEST_P(Chat, DeliversATrimmedMessageToTheOthersWhoHaveItOpen) {
    const auto message = say(ada, text("  hi there \n", 1));
    EXPECT_EQ(message.body(), "hi there");
    EXPECT_EQ(message.sender_id(), number(ada));
    EXPECT_EQ(message.timestamp(), static_cast<std::uint64_t>(unix_ms(now_) / 1000));
    EXPECT_EQ(message.nonce().upper_half(), ~std::uint64_t{0});
    EXPECT_EQ(told<proto::ChannelMessageSent>(), std::vector{peer_of(bea)});
    const auto history = join(cem);
    ASSERT_EQ(history.messages_size(), 1);
    EXPECT_EQ(history.messages(0).SerializeAsString(), message.SerializeAsString());
    EXPECT_TRUE(history.done());
}

TEST_P(Chat, RefusesWhatIsNoMessage) {
    EXPECT_FALSE(run(ada, send_channel_message, text("   ", 1)).ok());
    EXPECT_FALSE(run(ada, send_channel_message, text(std::string(1025, 'x'), 1)).ok());
    EXPECT_FALSE(run(ada, send_channel_message, text(std::string("a\0b", 3), 1)).ok());
    auto without_nonce = text("x", 1);
    without_nonce.clear_nonce();
    EXPECT_FALSE(run(ada, send_channel_message, without_nonce).ok());
    EXPECT_FALSE(run(cem, send_channel_message, text("not there", 1)).ok());
    EXPECT_TRUE(run(ada, send_channel_message, text(" " + std::string(1024, 'x'), 1)).ok());
}

TEST_P(Chat, IsClosedToThoseWithoutARole) {
    proto::JoinChannelChat request;
    request.set_channel_id(number(channel));
    EXPECT_FALSE(run(given_user("stranger"), join_channel_chat, request).ok());
    EXPECT_FALSE(run(given_member("banned", "banned"), join_channel_chat, request).ok());
    EXPECT_FALSE(run(given_member("guest", "guest"), join_channel_chat, request).ok());
}

TEST_P(Chat, StoresAMessageSentTwiceOnce) {
    const auto first = say(ada, text("one", 7, {{0, 3, bea}}));
    const auto again = say(ada, text("other", 7, {{0, 3, bea}}));
    EXPECT_EQ(again.id(), first.id());
    EXPECT_EQ(again.body(), "one");
    EXPECT_TRUE(test::posts_of(outbox()).empty());
    EXPECT_NE(say(bea, text("of another sender", 7)).id(), first.id());
}

TEST_P(Chat, NotifiesOnceWhoIsMentionedAndMaySeeIt) {
    const auto stranger = given_user("stranger");
    const auto message = say(ada, text("@cem \xc3\xa9", 1,
                                       {{0, 4, cem},
                                        {0, 2, bea},
                                        {5, 6, bea},
                                        {0, 4, cem},
                                        {1, 4, stranger},
                                        {2, 4, ada},
                                        {3, 4, {999'999}}}));
    // Others see them as they were asked for.
    EXPECT_EQ(message.mentions_size(), 7);
    EXPECT_EQ(posted<proto::ChannelMessageSent>()[0].message().SerializeAsString(),
              message.SerializeAsString());
    EXPECT_EQ(told_users<proto::AddNotification>(), (std::vector{bea, cem}));
    const auto notification = posted<proto::AddNotification>()[0].notification();
    EXPECT_EQ(notification.kind(), "ChannelMessageMention");
    EXPECT_EQ(notification.entity_id(), message.id());
    EXPECT_EQ(notification.content(), "{\"sender_id\":" + std::to_string(ada.value) +
                                          ",\"channel_id\":" + std::to_string(channel.value) + "}");
    const auto stored = join(cem).messages(0);
    ASSERT_EQ(stored.mentions_size(), 3);
    EXPECT_EQ(stored.mentions(0).user_id(), number(cem));
    EXPECT_EQ(stored.mentions(1).user_id(), number(stranger));
}

TEST_P(Chat, GivesPagesOfAHundred) {
    for (std::uint64_t i = 0; i < 101; ++i) say(ada, text("m" + std::to_string(i), i));
    const auto newest = join(cem);
    EXPECT_FALSE(newest.done());
    ASSERT_EQ(newest.messages_size(), 100);
    EXPECT_EQ(newest.messages(0).body(), "m1");
    proto::GetChannelMessages older;
    older.set_channel_id(number(channel));
    older.set_before_message_id(newest.messages(0).id());
    const auto page = run(cem, get_channel_messages, older);
    ASSERT_TRUE(page.ok());
    EXPECT_TRUE(page->done());
    ASSERT_EQ(page->messages_size(), 1);
    EXPECT_EQ(page->messages(0).body(), "m0");
}

TEST_P(Chat, GivesMessagesByIdToThoseWhoMaySeeThemAll) {
    const auto here = say(ada, text("here", 1));
    const auto elsewhere = std::exchange(channel, given_channel());
    sql("INSERT INTO channel_members (channel_id, user_id, role, accepted) VALUES ($1, $2, "
        "'admin', TRUE)",
        {channel, ada});
    join(ada);
    const auto there = say(ada, text("there", 2));
    proto::GetChannelMessagesById request;
    request.add_message_ids(there.id());
    request.add_message_ids(here.id());
    request.add_message_ids(999'999);
    const auto all = run(ada, get_channel_messages_by_id, request);
    ASSERT_TRUE(all.ok());
    ASSERT_EQ(all->messages_size(), 2);
    EXPECT_EQ(all->messages(0).body(), "here");
    EXPECT_FALSE(run(bea, get_channel_messages_by_id, request).ok());
    channel = elsewhere;
}

TEST_P(Chat, LetsAuthorsChangeTheirMessagesAndRenewsTheMentions) {
    const auto dan = given_member("dan", "member");
    const auto sent = say(ada, text("@bea @cem", 1, {{0, 4, bea}, {5, 9, cem}}));
    auto change = request<proto::UpdateChannelMessage>(" edited ", 1, {{0, 2, bea}, {2, 4, dan}});
    change.set_message_id(sent.id());
    EXPECT_FALSE(run(bea, update_channel_message, change).ok());
    now_ += std::chrono::seconds(5);
    ASSERT_TRUE(run(ada, update_channel_message, change).ok());
    EXPECT_EQ(told<proto::ChannelMessageUpdate>(), std::vector{peer_of(bea)});
    const auto update = posted<proto::ChannelMessageUpdate>()[0].message();
    EXPECT_EQ(update.body(), "edited");
    EXPECT_EQ(update.timestamp(), sent.timestamp());
    EXPECT_EQ(update.edited_at(), sent.timestamp() + 5);
    EXPECT_EQ(told_users<proto::UpdateNotification>(), std::vector{bea});
    EXPECT_EQ(told_users<proto::DeleteNotification>(), std::vector{cem});
    EXPECT_EQ(told_users<proto::AddNotification>(), std::vector{dan});
    // What is dropped is told before what stays.
    std::vector<std::uint32_t> order;
    for (const auto& post : test::posts_of(outbox())) order.push_back(post.tag);
    EXPECT_EQ(order, (std::vector{wire::tag_of<proto::ChannelMessageUpdate>(),
                                  wire::tag_of<proto::DeleteNotification>(),
                                  wire::tag_of<proto::UpdateNotification>(),
                                  wire::tag_of<proto::AddNotification>()}));
    EXPECT_EQ(sql("SELECT COUNT(*) FROM notifications")[0].integer(0), 2);
    EXPECT_EQ(join(cem).messages(0).mentions_size(), 2);
    change.set_body(std::string(1025, 'x'));
    EXPECT_FALSE(run(ada, update_channel_message, change).ok());
}

TEST_P(Chat, LetsAuthorsAndAdminsRemoveMessagesOfThisChannel) {
    const auto removal = [&](const proto::ChannelMessage& message) {
        proto::RemoveChannelMessage request;
        request.set_channel_id(number(channel));
        request.set_message_id(message.id());
        return request;
    };
    const auto of_ada = say(ada, text("@cem", 1, {{0, 4, cem}}));
    const auto of_bea = say(bea, text("mine", 2));
    EXPECT_FALSE(run(bea, remove_channel_message, removal(of_ada)).ok());
    ASSERT_TRUE(run(ada, remove_channel_message, removal(of_ada)).ok());
    EXPECT_EQ(told<proto::RemoveChannelMessage>(), std::vector{peer_of(bea)});
    EXPECT_EQ(told_users<proto::DeleteNotification>(), std::vector{cem});
    EXPECT_FALSE(run(ada, remove_channel_message, removal(of_ada)).ok());

    const auto first = std::exchange(channel, given_channel());
    sql("INSERT INTO channel_members (channel_id, user_id, role, accepted) VALUES ($1, $2, "
        "'admin', TRUE)",
        {channel, ada});
    join(ada);
    EXPECT_FALSE(run(ada, remove_channel_message, removal(of_bea)).ok());
    channel = first;
    EXPECT_TRUE(run(ada, remove_channel_message, removal(of_bea)).ok());
    EXPECT_EQ(join(cem).messages_size(), 0);
}

TEST_P(Chat, MarksAMentionReadWhenItsMessageIsSeen) {
    const auto first = say(ada, text("@cem", 1, {{0, 4, cem}}));
    const auto second = say(ada, text("more", 2));
    const auto ack = [&](std::uint64_t id) {
        proto::AckChannelMessage message;
        message.set_channel_id(number(channel));
        message.set_message_id(id);
        return message;
    };
    ASSERT_TRUE(run(cem, ack_channel_message, ack(second.id())).ok());
    EXPECT_TRUE(posted<proto::AddNotification>().empty());
    ASSERT_TRUE(run(cem, ack_channel_message, ack(first.id())).ok());
    ASSERT_EQ(posted<proto::AddNotification>().size(), 1u);
    EXPECT_TRUE(posted<proto::AddNotification>()[0].notification().is_read());
    const auto seen =
        sql("SELECT channel_message_id FROM observed_channel_messages WHERE user_id = $1", {cem});
    EXPECT_EQ(seen[0].integer(0), static_cast<std::int64_t>(second.id()));
    EXPECT_FALSE(run(given_user("stranger"), ack_channel_message, ack(first.id())).ok());
    // Of a message that is gone, too: it may have been removed meanwhile.
    EXPECT_TRUE(run(cem, ack_channel_message, ack(999'999)).ok());
    EXPECT_EQ(
        sql("SELECT channel_message_id FROM observed_channel_messages WHERE user_id = $1", {cem})[0]
            .integer(0),
        999'999);
}

TEST_P(Chat, IsLeftByHandByLossAndByForce) {
    const auto send_fails = [&](UserId user) {
        return !run(user, send_channel_message, text("x", 1)).ok();
    };
    proto::LeaveChannelChat leave;
    leave.set_channel_id(number(channel));
    ASSERT_TRUE(run(ada, leave_channel_chat, leave).ok());
    EXPECT_TRUE(send_fails(ada));
    join(ada);
    const auto as_server = [&](auto work) {
        EXPECT_TRUE(in_transaction(rpc::Caller(), work).ok());
    };
    as_server([&](rpc::Call& call) { return drop_connection(call, peer_of(ada)); });
    EXPECT_TRUE(send_fails(ada));
    join(ada);
    as_server([&](rpc::Call& call) { return evict(call, channel, {ada}); });
    EXPECT_TRUE(send_fails(ada));
    as_server([&](rpc::Call& call) { return sweep(call, {ServerId{peer(0).server}}); });
    EXPECT_TRUE(send_fails(bea));
}

}  // namespace
}  // namespace collab::chat
