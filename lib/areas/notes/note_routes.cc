// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/note_routes.h"

#include "areas/notes/note_handlers.h"
#include "areas/notes/note_updates.h"

namespace collab::notes {

using rpc::record;

std::vector<rpc::Route> routes() {
    return {
        record<&join_channel_buffer>(),
        record<&leave_channel_buffer>(),
        record<&update_channel_buffer>({.one_way = true, .keeps_frame = true}),
        record<&rejoin_channel_buffers>(),
        record<&ack_buffer_operation>({.one_way = true}),
    };
}

}  // namespace collab::notes
