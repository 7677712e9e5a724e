// SPDX-License-Identifier: Apache-2.0
#include "server/extinction.h"

#include "areas/chat/lifecycle.h"
#include "areas/notes/lifecycle.h"
#include "areas/rooms/participant_queries.h"

namespace collab::server {

Status Extinction::evict(rpc::Call& call, ChannelId channel,
                         const std::vector<UserId>& users) const {
    const auto seats = rooms::send_seats(call.tx, channel, users);
    const auto noted = notes::send_eviction(call, channel, users);
    COLLAB_DO(chat::evict(call, channel, users));
    COLLAB_DO(notes::finish_eviction(call, channel, noted));
    return rooms_.evict(call, seats);
}

Status Extinction::weaken(rpc::Call& call, ChannelId channel, UserId user, rpc::Role role) const {
    return rooms_.weaken(call, channel, user, role);
}

}  // namespace collab::server
