// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "areas/notifications/notification_handlers.h"
#include "areas/notifications/notification_messages.h"
#include "support/area_fixture.h"

namespace collab::notifications {
namespace {

class Notifications : public test::AreaTest {
protected:
    std::optional<Notification> create(UserId recipient, Kind kind, std::int64_t entity,
                                       bool once = false) {
        auto made = in_transaction(caller(recipient), [&](rpc::Call& call) {
            return create_notification(call.tx, call.now, recipient, kind, entity, "{}", once);
        });
        EXPECT_TRUE(made.ok());
        return std::move(made).value();
    }
    proto::GetNotificationsResponse get(UserId user, std::optional<NotificationId> before = {}) {
        proto::GetNotifications request;
        if (before) request.set_before_id(static_cast<std::uint64_t>(before->value));
        auto answer = run(user, get_notifications, request);
        EXPECT_TRUE(answer.ok());
        return std::move(answer).value();
    }
    Status mark(UserId user, NotificationId id) {
        proto::MarkNotificationRead request;
        request.set_notification_id(static_cast<std::uint64_t>(id.value));
        return run(user, mark_notification_read, request);
    }
    template <class F>
    auto as(UserId user, F work) {
        return in_transaction(caller(user), [&](rpc::Call& call) { return work(call.tx); });
    }
};
COLLAB_DATABASE_SUITE(Notifications);

TEST_P(Notifications, TravelWithSecondsAndEntity) {
    const auto ada = given_user("ada");
    create(ada, Kind::channel_invitation, 7);
    const auto page = get(ada);
    ASSERT_EQ(page.notifications_size(), 1);
    const auto& shown = page.notifications(0);
    EXPECT_EQ(shown.timestamp(), 1'767'225'600u);
    EXPECT_EQ(shown.kind(), "ChannelInvitation");
    EXPECT_EQ(shown.entity_id(), 7u);
    EXPECT_EQ(shown.content(), "{}");
    EXPECT_FALSE(shown.is_read());
    EXPECT_FALSE(shown.has_response());
    EXPECT_TRUE(page.done());
}

TEST_P(Notifications, AreListedOnlyToTheirRecipient) {
    const auto ada = given_user("ada");
    const auto bea = given_user("bea");
    create(ada, Kind::contact_request, bea.value);
    EXPECT_EQ(get(bea).notifications_size(), 0);
}

TEST_P(Notifications, ComeFiftyAtATimeOldestFirst) {
    const auto ada = given_user("ada");
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < 60; ++i) {
        ids.push_back(
            static_cast<std::uint64_t>(create(ada, Kind::channel_invitation, i)->id.value));
    }
    const auto newest = get(ada);
    ASSERT_EQ(newest.notifications_size(), 50);
    EXPECT_FALSE(newest.done());
    EXPECT_EQ(newest.notifications(0).id(), ids[10]);
    EXPECT_EQ(newest.notifications(49).id(), ids[59]);
    const auto older = get(ada, NotificationId{static_cast<std::int64_t>(ids[10])});
    ASSERT_EQ(older.notifications_size(), 10);
    EXPECT_TRUE(older.done());
    EXPECT_EQ(older.notifications(0).id(), ids[0]);
}

TEST_P(Notifications, OfAnUnknownKindAreSkippedButMayBeMarkedRead) {
    const auto ada = given_user("ada");
    const auto rows =
        sql("INSERT INTO notifications (created_at, recipient_id, kind, content) "
            "VALUES (0, $1, 'FromTheFuture', '{}') RETURNING id",
            {ada});
    EXPECT_EQ(get(ada).notifications_size(), 0);
    EXPECT_TRUE(mark(ada, {rows[0].integer(0)}).ok());
    EXPECT_TRUE(posted<proto::AddNotification>().empty());
}

TEST_P(Notifications, MarkedReadAreShownAgainToTheirRecipient) {
    const auto ada = given_user("ada");
    const auto made = create(ada, Kind::contact_request, 3);
    ASSERT_TRUE(mark(ada, made->id).ok());
    ASSERT_EQ(posted<proto::AddNotification>().size(), 1u);
    EXPECT_TRUE(posted<proto::AddNotification>()[0].notification().is_read());
    EXPECT_EQ(std::get<rpc::ToUser>(test::posts_of(outbox())[0].address).user, ada);
    EXPECT_TRUE(get(ada).notifications(0).is_read());
}

TEST_P(Notifications, OfSomebodyElseDoNotExist) {
    const auto ada = given_user("ada");
    const auto bea = given_user("bea");
    const auto made = create(ada, Kind::contact_request, bea.value);
    const auto answer = mark(bea, made->id);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::not_found);
    EXPECT_FALSE(get(ada).notifications(0).is_read());
    EXPECT_FALSE(mark(ada, {999'999}).ok());
}

TEST_P(Notifications, AreNotRepeatedWhileAnEqualOneIsUnread) {
    const auto ada = given_user("ada");
    const auto first = create(ada, Kind::contact_request, 3, true);
    ASSERT_TRUE(first);
    EXPECT_FALSE(create(ada, Kind::contact_request, 3, true));
    EXPECT_TRUE(create(ada, Kind::contact_request, 4, true));
    EXPECT_TRUE(create(ada, Kind::contact_request, 3, false));
    ASSERT_TRUE(as(ada, [&](db::Tx& tx) { return mark_read(tx, ada, first->id); }).ok());
}

TEST_P(Notifications, AreAnsweredOnce) {
    const auto ada = given_user("ada");
    create(ada, Kind::channel_invitation, 7);
    const auto answer = [&](bool response) {
        return as(ada, [&](db::Tx& tx) {
            return answer_notification(tx, ada, Kind::channel_invitation, 7, response);
        });
    };
    const auto answered = answer(true);
    ASSERT_TRUE(answered.ok() && *answered);
    EXPECT_TRUE((*answered)->is_read);
    EXPECT_EQ((*answered)->response, true);
    EXPECT_FALSE(*answer(false));
}

TEST_P(Notifications, UnreadOnesCanBeTakenBack) {
    const auto ada = given_user("ada");
    const auto made = create(ada, Kind::contact_request, 3);
    const auto take_back = [&] {
        return as(ada,
                  [&](db::Tx& tx) { return delete_unread(tx, ada, Kind::contact_request, 3); });
    };
    EXPECT_EQ(*take_back(), made->id);
    EXPECT_EQ(*take_back(), std::nullopt);
}

TEST_P(Notifications, OfOneMessageAreFoundForEverybody) {
    const auto ada = given_user("ada");
    const auto bea = given_user("bea");
    create(ada, Kind::channel_message_mention, 9);
    create(bea, Kind::channel_message_mention, 9);
    create(bea, Kind::channel_message_mention, 10);
    const auto marked = as(bea, [&](db::Tx& tx) {
        return mark_read_about(tx, bea, Kind::channel_message_mention, 9);
    });
    ASSERT_TRUE(marked.ok() && *marked);
    const auto all = as(ada, [&](db::Tx& tx) {
        return receive_about(tx, send_about(tx, Kind::channel_message_mention, 9));
    });
    ASSERT_EQ(all->size(), 2u);
    EXPECT_EQ(all->at(0).recipient, ada);
    EXPECT_TRUE(all->at(1).is_read);
    ASSERT_TRUE(as(ada, [&](db::Tx& tx) {
                    return delete_notifications(tx, {all->at(0).id.value, all->at(1).id.value});
                }).ok());
    EXPECT_EQ(get(bea).notifications_size(), 1);
}

}  // namespace
}  // namespace collab::notifications
