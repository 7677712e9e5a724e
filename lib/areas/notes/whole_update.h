// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether a message into notes may reach the others as it came, with the operations in it that they
// have already (spec 2, 8.2).

#include <vector>

#include "areas/notes/open_notes.h"
#include "proto/notes.pb.h"
#include "rpc/call.h"

namespace collab::notes {

// True when at least one edit or undo of the message was applied by it, all others of it are
// stored, and nothing else was applied. Then no receiver has to wait for anything after it. `open`
// has applied `accepted` already, whose rows are not written yet. At most one round trip, and none
// when all are new. A message that names one timestamp twice, differently, is never whole.
Result<bool> is_whole(rpc::Call& call, const Note& note, const OpenNote& open,
                      const proto::UpdateChannelBuffer& request, const Accepted& accepted);

}  // namespace collab::notes
