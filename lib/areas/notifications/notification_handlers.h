// SPDX-License-Identifier: Apache-2.0
#pragma once

// What people ask about their own notifications (spec 1, 5.6).

#include "proto/core.pb.h"
#include "proto/notifications.pb.h"
#include "rpc/call.h"

namespace collab::notifications {

Result<proto::GetNotificationsResponse> get_notifications(rpc::Call& call,
                                                          const proto::GetNotifications& request);

// Only the recipient may; for everybody else it does not exist.
Status mark_notification_read(rpc::Call& call, const proto::MarkNotificationRead& request);

}  // namespace collab::notifications
