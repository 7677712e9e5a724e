// SPDX-License-Identifier: Apache-2.0
#include "areas/notifications/notification_messages.h"

namespace collab::notifications {

proto::Notification make_notification(const Notification& notification) {
    proto::Notification message;
    message.set_id(static_cast<std::uint64_t>(notification.id.value));
    message.set_timestamp(static_cast<std::uint64_t>(notification.created_at / 1000));
    message.set_kind(std::string(name_of(notification.kind)));
    if (notification.entity) {
        message.set_entity_id(static_cast<std::uint64_t>(*notification.entity));
    }
    message.set_content(notification.content);
    message.set_is_read(notification.is_read);
    if (notification.response) message.set_response(*notification.response);
    return message;
}

void post_added(rpc::Outbox& outbox, UserId recipient, const Notification& notification) {
    proto::AddNotification message;
    *message.mutable_notification() = make_notification(notification);
    outbox.to_user(recipient, message);
}

void post_updated(rpc::Outbox& outbox, UserId recipient, const Notification& notification) {
    proto::UpdateNotification message;
    *message.mutable_notification() = make_notification(notification);
    outbox.to_user(recipient, message);
}

void post_deleted(rpc::Outbox& outbox, UserId recipient, NotificationId id) {
    proto::DeleteNotification message;
    message.set_notification_id(static_cast<std::uint64_t>(id.value));
    outbox.to_user(recipient, message);
}

namespace {

void add_later(db::Tx& tx, rpc::Outbox& outbox, UserId recipient, db::Ticket ticket) {
    outbox.later([&tx, ticket, recipient](rpc::Outbox& filled) -> Status {
        COLLAB_TRY(const auto added, receive_notification(tx, ticket));
        if (added) post_added(filled, recipient, *added);
        return ok();
    });
}

}  // namespace

void create_later(db::Tx& tx, rpc::Outbox& outbox, WallTime now, UserId recipient, Kind kind,
                  std::int64_t entity, const std::string& content_json) {
    add_later(tx, outbox, recipient, send_create(tx, now, recipient, kind, entity, content_json));
}

void answer_later(db::Tx& tx, rpc::Outbox& outbox, UserId recipient, Kind kind, std::int64_t entity,
                  bool response) {
    add_later(tx, outbox, recipient, send_answer(tx, recipient, kind, entity, response));
}

void delete_later(db::Tx& tx, rpc::Outbox& outbox, UserId recipient, Kind kind,
                  std::int64_t entity) {
    const auto ticket = send_delete_unread(tx, recipient, kind, entity);
    outbox.later([&tx, ticket, recipient](rpc::Outbox& filled) -> Status {
        COLLAB_TRY(const auto deleted, receive_deleted(tx, ticket));
        if (deleted) post_deleted(filled, recipient, *deleted);
        return ok();
    });
}

}  // namespace collab::notifications
