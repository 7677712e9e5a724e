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

// Creates one, and posts that later.
void create_later(db::Tx& tx, rpc::Outbox& outbox, WallTime now, UserId recipient, Kind kind,
                  std::int64_t entity, const std::string& content_json);
// Answers or deletes the unread one of that kind about that entity, if there is one, and posts that
// later.
void answer_later(db::Tx& tx, rpc::Outbox& outbox, UserId recipient, Kind kind, std::int64_t entity,
                  bool response);
void delete_later(db::Tx& tx, rpc::Outbox& outbox, UserId recipient, Kind kind,
                  std::int64_t entity);

}  // namespace collab::notifications
