// SPDX-License-Identifier: Apache-2.0
#include "areas/following/following_routes.h"

#include "areas/following/follow_handlers.h"

namespace collab::following {

using rpc::conversation;
using rpc::live_unparsed;
using rpc::Need;
using rpc::record;

std::vector<rpc::Route> routes() {
    return {
        conversation<&follow>(),
        record<&unfollow>({.about_room = true,
                           .one_way = true,
                           .keeps_frame = true,
                           .durability = db::Durability::crash}),
        live_unparsed<&update_followers>(wire::find_tag("UpdateFollowers"), Need::nothing,
                                         /*one_way=*/true),
    };
}

}  // namespace collab::following
