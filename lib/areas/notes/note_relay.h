// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the other collaborators of notes get of an update (spec 2, 8.2). No SQL.

#include <vector>

#include "areas/notes/open_notes.h"
#include "proto/notes.pb.h"
#include "rpc/outbox.h"

namespace collab::notes {

// The new operations, in the order in which they were applied, to everybody but who sent each.
// `stored` are the same ones as they are stored.
void relay_accepted(rpc::Outbox& outbox, ChannelId channel, const Accepted& accepted,
                    const std::vector<StoredOperation>& stored,
                    const std::vector<Collaborator>& collaborators);

// The whole message in the order in which it came, operations that the others have included, to
// everybody but its sender; as its own `frame` when it can be. Left out is what relay_others()
// leaves out, and line endings go in a message of their own.
void relay_whole(rpc::Outbox& outbox, const proto::UpdateChannelBuffer& update,
                 const wire::Body& frame, const std::vector<Collaborator>& collaborators,
                 Sender sender);

// What is not stored (selections and the like), to everybody but its sender. Operations of a
// variant that we do not know are left out, because a client throws a message with one away, and
// those whose timestamp would use up the clocks of the others; line endings, which older clients do
// not know, go in a message of their own.
void relay_others(rpc::Outbox& outbox, const proto::UpdateChannelBuffer& update,
                  const std::vector<Collaborator>& collaborators, Sender sender);

}  // namespace collab::notes
