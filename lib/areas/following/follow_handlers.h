// SPDX-License-Identifier: Apache-2.0
#pragma once

// Following somebody around a call: who follows whom is relayed to the leader, and stored and shown
// to all when it is about a project (spec 1, 4.14). Views are relayed unread (spec 9, 9.8).

#include <memory>

#include "proto/following.pb.h"
#include "rpc/call.h"
#include "rpc/conversation.h"

namespace collab::following {

// Asks the leader and passes his answer on, then stores the follow if it names a project. Errors:
// invalid: no leader; denied: the two are not two connections of that room, or the project is none
// of the room's; unavailable: the leader is not connected. The leader's own Error is passed on.
rpc::Task<Status> follow(std::shared_ptr<rpc::Conversation> conversation, proto::Follow request);

// The follow ends, and the leader hears of it if he is still there. Error denied as above.
Status unfollow(rpc::Call& call, const proto::Unfollow& request);

// Passes a change of the sender's view on: to the project if it names one, else to the room, but
// not to the connection that leads an update_view. Errors: invalid: malformed; denied: the sender
// is not in that project or room.
Status update_followers(rpc::LiveCall& call, wire::Bytes payload);

}  // namespace collab::following
