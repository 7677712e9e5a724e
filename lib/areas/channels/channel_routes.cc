// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/channel_routes.h"

#include "areas/channels/member_handlers.h"
#include "areas/channels/tree_handlers.h"

namespace collab::channels {

using rpc::read;
using rpc::record;

std::vector<rpc::Route> routes() {
    return {
        // clang-format off
        record<&subscribe_to_channels>({.one_way = true}),
        record<&create_channel>(),
        record<&rename_channel>(),
        record<&move_channel>(),
        record<&reorder_channel>(),
        record<&invite_channel_member>(),
        record<&respond_to_channel_invite>(),
        read<&get_channel_members>(),
        // These may take people out of calls.
        record<&delete_channel>({.about_room = true}),
        record<&set_channel_visibility>({.about_room = true}),
        record<&remove_channel_member>({.about_room = true}),
        record<&set_channel_member_role>({.about_room = true}),
        // clang-format on
    };
}

}  // namespace collab::channels
