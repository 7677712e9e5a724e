// SPDX-License-Identifier: Apache-2.0
#pragma once

// A keystroke's way: looked into by hand, decided from memory, relayed unchanged. No SQL, nothing
// encoded again. Thread: loop.

#include "rpc/router.h"

namespace collab::buffers {

// UpdateBuffer: to all guests but the sender, one-way; a guest's goes to the host as a request too,
// whose Ack is the answer. Selections need the right to read, anything else the right to write
// (spec 2, 3.14; decisions 9). Requires that the router checked the right to read.
Status update_buffer(rpc::LiveCall& call, wire::Bytes payload);

// UpdateContext of shared text threads: to everybody else in the project (spec 2, section 12).
Status update_context(rpc::LiveCall& call, wire::Bytes payload);

}  // namespace collab::buffers
