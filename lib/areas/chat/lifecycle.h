// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who leaves the chats without saying so. Nobody is told: clients join again when they are back.

#include <vector>

#include "rpc/call.h"

namespace collab::chat {

// The connection broke: it is in no chat any more, at once (spec 2, section 10).
Status drop_connection(rpc::Call& call, PeerId peer);

// Takes these users out of the channel's chat: they may not see it any more.
Status evict(rpc::Call& call, ChannelId channel, const std::vector<UserId>& users);

// Removes the chat participants of dead servers (spec 1, 2.2).
Status sweep(rpc::Call& call, const std::vector<ServerId>& stale);

}  // namespace collab::chat
