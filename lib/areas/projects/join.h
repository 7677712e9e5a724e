// SPDX-License-Identifier: Apache-2.0
#pragma once

// JoinProject: who may, who is told, and the answer; the state follows as a transfer (spec 2, 3.6).

#include "proto/projects.pb.h"
#include "rpc/conversation.h"

namespace collab::projects {

// Errors internal (spec 1, 1.10): no right to read, other features than the host's (the text is
// that of spec 9, 9.5), in the project already.
rpc::Task<Status> join_project(std::shared_ptr<rpc::Conversation> conversation,
                               proto::JoinProject request);

// Brings a project into memory.
rpc::Later<Status> loaded(rpc::Live& live, ProjectId project);

}  // namespace collab::projects
