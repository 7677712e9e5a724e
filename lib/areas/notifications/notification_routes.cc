// SPDX-License-Identifier: Apache-2.0
#include "areas/notifications/notification_routes.h"

#include "areas/notifications/notification_handlers.h"

namespace collab::notifications {

std::vector<rpc::Route> routes() {
    return {
        rpc::read<&get_notifications>(),
        rpc::record<&mark_notification_read>(),
    };
}

}  // namespace collab::notifications
