// SPDX-License-Identifier: Apache-2.0
#pragma once

// Handlers that call somebody into a room, and end such a call before it is answered.

#include <memory>

#include "proto/rooms.pb.h"
#include "rpc/call.h"
#include "rpc/conversation.h"

namespace collab::rooms {

// Spec 1, 4.6: rings at all connections of the called user and answers once one of them has
// acknowledged. When none does within 10 s the call ends. If the caller's connection is lost
// meanwhile, it goes on ringing. Errors: denied: no contact of the caller, or the caller may not
// call; conflict: the called user is busy; unavailable: nobody acknowledged.
rpc::Task<Status> call_user(std::shared_ptr<rpc::Conversation> conversation, proto::Call request);

// Spec 1, 4.7: only the connection that called. Error not_found: nothing rings that it placed.
Status cancel_call(rpc::Call& call, const proto::CancelCall& request);

// Spec 1, 4.7: the called user, on any connection.
Status decline_call(rpc::Call& call, const proto::DeclineCall& request);

}  // namespace collab::rooms
