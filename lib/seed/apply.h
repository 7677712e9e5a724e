// SPDX-License-Identifier: Apache-2.0
#pragma once

// Brings a database to what a seed file says. What the file does not name stays as it is.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "db/tx.h"
#include "seed/seed_file.h"

namespace collab::seed {

enum class Action { created, updated, unchanged };

struct Change {
    std::string_view kind;  // "user", "channel" or "member"
    std::string key;        // a login; names of channels from the root on, "a/b"; "a/login"
    Action action = Action::unchanged;
    std::int64_t id = 0;  // of the user or the channel; of a member the user's
};

bool changes_anything(const std::vector<Change>& changes);

// One entry per thing that the file names, in its order: users, then each channel before its
// members and what is below it. The caller's transaction holds all of it, and on an error has to be
// rolled back. Errors: invalid, a name that is none, a member who does not exist, a new root
// channel without an admin, a public channel in a private one; conflict, a name or GitHub id that
// belongs to somebody else, several root channels of one name.
Result<std::vector<Change>> apply(db::Tx& tx, WallTime now, Random& random, const Wanted& wanted);

}  // namespace collab::seed
