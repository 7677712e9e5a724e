// SPDX-License-Identifier: Apache-2.0
#include "server/routes.h"

#include <algorithm>
#include <iterator>

#include "areas/agents/agent_routes.h"
#include "areas/buffers/buffer_routes.h"
#include "areas/channels/channel_routes.h"
#include "areas/chat/chat_routes.h"
#include "areas/contacts/contact_routes.h"
#include "areas/following/following_routes.h"
#include "areas/notes/note_routes.h"
#include "areas/notifications/notification_routes.h"
#include "areas/projects/project_routes.h"
#include "areas/relay/relay_routes.h"
#include "areas/rooms/rooms_routes.h"
#include "areas/users/user_routes.h"

namespace collab::server {

std::vector<rpc::Route> routes() {
    std::vector<rpc::Route> all;
    for (auto* area : {&users::routes, &notifications::routes, &contacts::routes, &channels::routes,
                       &notes::routes, &chat::routes, &rooms::routes, &projects::routes,
                       &buffers::routes, &following::routes, &relay::routes, &agents::routes}) {
        std::ranges::move((*area)(), std::back_inserter(all));
    }
    return all;
}

}  // namespace collab::server
