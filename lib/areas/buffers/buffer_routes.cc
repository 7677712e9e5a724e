// SPDX-License-Identifier: Apache-2.0
#include "areas/buffers/buffer_routes.h"

#include "areas/buffers/buffer_handlers.h"

namespace collab::buffers {

using rpc::live_unparsed;
using rpc::Need;

std::vector<rpc::Route> routes() {
    return {
        live_unparsed<&update_buffer>(wire::find_tag("UpdateBuffer"), Need::read),
        live_unparsed<&update_context>(wire::find_tag("UpdateContext"), Need::read,
                                       /*one_way=*/true),
    };
}

}  // namespace collab::buffers
