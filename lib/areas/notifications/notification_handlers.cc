// SPDX-License-Identifier: Apache-2.0
#include "areas/notifications/notification_handlers.h"

#include <algorithm>
#include <limits>

#include "areas/notifications/notification_messages.h"

namespace collab::notifications {
namespace {

constexpr std::int64_t kPageSize = 50;

}  // namespace

Result<proto::GetNotificationsResponse> get_notifications(rpc::Call& call,
                                                          const proto::GetNotifications& request) {
    std::optional<NotificationId> before;
    if (request.has_before_id()) {
        constexpr std::uint64_t kGreatest = std::numeric_limits<std::int64_t>::max();
        before = {static_cast<std::int64_t>(std::min(request.before_id(), kGreatest))};
    }
    COLLAB_TRY(const auto page, list_notifications(call.tx, call.user(), before, kPageSize));
    proto::GetNotificationsResponse response;
    for (const auto& each : page.notifications) {
        *response.add_notifications() = make_notification(each);
    }
    response.set_done(page.complete);
    return response;
}

Status mark_notification_read(rpc::Call& call, const proto::MarkNotificationRead& request) {
    const NotificationId id{static_cast<std::int64_t>(request.notification_id())};
    COLLAB_TRY(const auto marked, mark_read(call.tx, call.user(), id));
    if (marked) {
        post_added(call.outbox, call.user(), *marked);
        return ok();
    }
    // One of a kind that we do not know was marked too; there is nothing to show of it.
    COLLAB_TRY(const auto owns, owns_notification(call.tx, call.user(), id));
    if (!owns) return Error{ErrorCode::not_found, "no such notification"};
    return ok();
}

}  // namespace collab::notifications
