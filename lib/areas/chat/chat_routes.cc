// SPDX-License-Identifier: Apache-2.0
#include "areas/chat/chat_routes.h"

#include "areas/chat/chat_edits.h"
#include "areas/chat/chat_handlers.h"

namespace collab::chat {

using rpc::read;
using rpc::record;

std::vector<rpc::Route> routes() {
    return {
        record<&join_channel_chat>(),      record<&leave_channel_chat>({.one_way = true}),
        read<&get_channel_messages>(),     read<&get_channel_messages_by_id>(),
        record<&send_channel_message>(),   record<&update_channel_message>(),
        record<&remove_channel_message>(), record<&ack_channel_message>({.one_way = true}),
    };
}

}  // namespace collab::chat
