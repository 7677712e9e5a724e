// SPDX-License-Identifier: Apache-2.0
#pragma once

// Changes of the text of notes: checked, stored, and only then seen by others. Thread: writer.

#include "proto/notes.pb.h"
#include "rpc/call.h"

namespace collab::notes {

// One-way (spec 2, 8.2, 9.7; decisions 9, 10). Edits and undos need the right to edit, selections a
// role in the channel, both that the sender has the notes open on this connection. New edits and
// undos that the text can take are stored and relayed; early ones are held for their sender; those
// in the name of somebody else's replica are passed over; whoever sends one that is wrong is taken
// out of the notes. Selections are always relayed.
Status update_channel_buffer(rpc::Call& call, const proto::UpdateChannelBuffer& request);

}  // namespace collab::notes
