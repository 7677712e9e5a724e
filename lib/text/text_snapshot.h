// SPDX-License-Identifier: Apache-2.0
#pragma once

// The final text of an epoch: what becomes the next epoch's base text when the last collaborator
// leaves (spec 2, 8.6 and 9.6).

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/text_operation.h"

namespace collab::text {

struct Snapshot {
    struct Refused {
        Lamport at;
        Error error;
    };

    std::string text;
    Version version;               // reached by the replay: what a rejoining client is told (8.3)
    std::size_t deferred = 0;      // left out: something that they depend on is missing
    std::vector<Refused> refused;  // left out: not empty means that the stored history is poisoned
};

// Replays `operations`, in any order and with duplicates, over `base_text`. Takes about a second
// for 200,000 of them, so not on an event loop. An early operation blocks the later ones of its
// replica.
Snapshot snapshot(std::string_view base_text, std::span<const Operation> operations);

}  // namespace collab::text
