// SPDX-License-Identifier: Apache-2.0
#include "areas/following/following_routes.h"

#include "areas/following/follow_handlers.h"

namespace collab::following {

using rpc::conversation;
using rpc::live_unparsed;
using rpc::Need;
using rpc::record;

// Of Follow and Unfollow: room, project and leader.
constexpr std::uint32_t kLastRoutingField = 3;

std::vector<rpc::Route> routes() {
    return {
        conversation<&follow>(kLastRoutingField),
        record<&unfollow>({.about_room = true,
                           .one_way = true,
                           .keeps_frame = true,
                           .once_up_to = kLastRoutingField,
                           .durability = db::Durability::crash}),
        live_unparsed<&update_followers>(wire::find_tag("UpdateFollowers"), Need::nothing,
                                         /*one_way=*/true),
    };
}

}  // namespace collab::following
