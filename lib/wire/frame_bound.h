// SPDX-License-Identifier: Apache-2.0
#pragma once

// How long the contents of zstd frames may be, told by the headers of frames and blocks without
// decompressing anything. Nothing is allocated on their word (S2): they only tell what need not be
// tried.

#include <cstdint>

#include "wire/fields.h"

namespace collab::wire {

struct FrameBound {
    std::uint64_t declared = 0;  // by the frames that say it: less only if they lie
    std::uint64_t at_most = 0;
};

// Bytes that are no zstd frames add nothing: the decompressor refuses them.
FrameBound bound_of_frames(Bytes frames);

}  // namespace collab::wire
