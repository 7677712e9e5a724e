// SPDX-License-Identifier: Apache-2.0
#include "server/extinction.h"

#include "areas/chat/lifecycle.h"
#include "areas/notes/lifecycle.h"

namespace collab::server {

Status Extinction::evict(rpc::Call& call, ChannelId channel,
                         const std::vector<UserId>& users) const {
    COLLAB_DO(notes::evict(call, channel, users));
    COLLAB_DO(chat::evict(call, channel, users));
    return rooms_.evict(call, channel, users);
}

Status Extinction::weaken(rpc::Call& call, ChannelId channel, UserId user, rpc::Role role) const {
    return rooms_.weaken(call, channel, user, role);
}

}  // namespace collab::server
