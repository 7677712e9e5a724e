// SPDX-License-Identifier: Apache-2.0
#include "areas/chat/lifecycle.h"

#include "areas/chat/chat_queries.h"

namespace collab::chat {

Status drop_connection(rpc::Call& call, PeerId peer) {
    return delete_participants_of(call.tx, peer);
}

Status evict(rpc::Call& call, ChannelId channel, const std::vector<UserId>& users) {
    if (users.empty()) return ok();
    return delete_participants(call.tx, channel, users);
}

Status sweep(rpc::Call& call, const std::vector<ServerId>& stale) {
    if (stale.empty()) return ok();
    return delete_participants_of(call.tx, stale);
}

}  // namespace collab::chat
