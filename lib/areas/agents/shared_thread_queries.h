// SPDX-License-Identifier: Apache-2.0
#pragma once

// SQL about agent threads that were shared with whoever has their id. Every function runs inside
// the caller's transaction.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/tx.h"

namespace collab::agents {

struct SharedThread {
    std::string title;
    std::string data;  // opaque
    std::string owner_login;
    std::int64_t created_at = 0;  // unix milliseconds
};

// Stores it, or replaces title and data of the owner's own. False, and nothing changed, when
// somebody else has that id. `id` is a UUID in its canonical form.
Result<bool> put_shared_thread(db::Tx& tx, WallTime now, UserId owner, std::string_view id,
                               std::string_view title, std::string_view data);

Result<std::optional<SharedThread>> find_shared_thread(db::Tx& tx, std::string_view id);

}  // namespace collab::agents
