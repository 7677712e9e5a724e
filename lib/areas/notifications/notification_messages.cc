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

}  // namespace collab::notifications
