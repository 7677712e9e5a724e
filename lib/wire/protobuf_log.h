// SPDX-License-Identifier: Apache-2.0
#pragma once

// What libprotobuf has to say, of strings that are no UTF-8 for example, goes to our log instead of
// standard error: a stranger can make it say something with every message.

#include <cstdint>

#include "base/clock.h"

namespace collab::wire {

// From now on one line a minute at most; how many were left out stands in the next one. `clock`
// must outlive the process's use of protobuf. Called once, before other threads run.
void capture_protobuf_log(const Clock& clock);

// What libprotobuf has said since the start. Thread: any.
std::uint64_t protobuf_complaints();

}  // namespace collab::wire
