// SPDX-License-Identifier: Apache-2.0
#pragma once

// Notifications as they travel. A new, read or answered one goes as AddNotification to all
// connections of its recipient; a removed one as DeleteNotification; one whose text was edited as
// UpdateNotification (spec 1, 5.6).

#include "areas/notifications/notification_queries.h"
#include "proto/notifications.pb.h"
#include "rpc/outbox.h"

namespace collab::notifications {

// Its timestamp is in unix seconds.
proto::Notification make_notification(const Notification& notification);

void post_added(rpc::Outbox& outbox, UserId recipient, const Notification& notification);
void post_updated(rpc::Outbox& outbox, UserId recipient, const Notification& notification);
void post_deleted(rpc::Outbox& outbox, UserId recipient, NotificationId id);

}  // namespace collab::notifications
