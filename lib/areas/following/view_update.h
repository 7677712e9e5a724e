// SPDX-License-Identifier: Apache-2.0
#pragma once

// What decides where an UpdateFollowers goes, read by hand: the views themselves are never parsed,
// so that newer clients can put more into them (spec 9, 9.8).

#include <optional>

#include "base/ids.h"
#include "base/result.h"
#include "wire/fields.h"

namespace collab::following {

struct ViewUpdate {
    RoomId room;
    std::optional<ProjectId> project;
    std::optional<PeerId> leader;  // of the view that an update_view is about
};

// Error invalid: malformed, or a field that counts stands twice (decisions 12).
Result<ViewUpdate> peek_view_update(wire::Bytes payload);

}  // namespace collab::following
