// SPDX-License-Identifier: Apache-2.0
#pragma once

// What follows when collaborators of notes are gone (spec 2, 8.4 and 8.6), and how notes come into
// memory. Shared by the handlers and lifecycle.h.

#include <memory>
#include <vector>

#include "areas/notes/open_notes.h"
#include "rpc/call.h"

namespace collab::notes {

// The note as its rows are now, from memory or replayed. It may be damaged().
Result<std::shared_ptr<OpenNote>> open_note(rpc::Call& call, const Note& note);

// A stamp that no row has had.
std::int64_t new_stamp(rpc::Call& call);

// After rows were removed, and with the note locked where there is one: tells the remaining
// collaborators; if there are none, the text becomes the base text of the next epoch. Nothing is
// collapsed where there are no operations, or damaged ones.
Status finish_leaving(rpc::Call& call, ChannelId channel, const std::optional<Note>& note);

}  // namespace collab::notes
