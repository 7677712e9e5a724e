// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of channel notes as protobuf messages.

#include <vector>

#include "areas/notes/note_queries.h"
#include "proto/notes.pb.h"
#include "rpc/outbox.h"

namespace collab::notes {

proto::Collaborator make_collaborator(const Collaborator& collaborator);

// UpdateChannelBufferCollaborators with all of them, to all of them but `except`.
void post_collaborators(rpc::Outbox& outbox, ChannelId channel,
                        const std::vector<Collaborator>& collaborators,
                        std::optional<PeerId> except = {});

}  // namespace collab::notes
