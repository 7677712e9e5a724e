// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/rooms_routes.h"

#include "areas/rooms/call_handlers.h"
#include "areas/rooms/join_handlers.h"
#include "areas/rooms/room_handlers.h"

namespace collab::rooms {

using db::Durability;
using rpc::conversation;
using rpc::record;

std::vector<rpc::Route> routes() {
    return {
        record<&create_room>({.about_room = true}),
        record<&join_room>({.about_room = true}),
        record<&join_channel>({.about_room = true}),
        record<&leave>({.about_room = true, .durability = Durability::crash}),
        record<&set_participant_role>({.about_room = true}),
        record<&update_location>({.about_room = true, .durability = Durability::crash}),
        conversation<&call_user>(),
        record<&cancel_call>({.about_room = true}),
        record<&decline_call>({.about_room = true, .one_way = true}),
    };
}

}  // namespace collab::rooms
