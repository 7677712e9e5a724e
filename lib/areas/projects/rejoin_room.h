// SPDX-License-Identifier: Apache-2.0
#pragma once

// RejoinRoom: somebody comes back on a new connection, takes his place in the room and in its
// projects again, and is told what he missed (spec 2, section 4).

#include "proto/projects.pb.h"
#include "proto/rooms.pb.h"
#include "rpc/conversation.h"

namespace collab::projects {

// Errors: not_found when he has no place in the room; denied when a project to be shared again is
// not his, and then nothing at all has happened. Projects of his that he does not share again end.
rpc::Task<Status> rejoin_room(std::shared_ptr<rpc::Conversation> conversation,
                              proto::RejoinRoom request);

}  // namespace collab::projects
