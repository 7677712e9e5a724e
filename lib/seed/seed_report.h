// SPDX-License-Identifier: Apache-2.0
#pragma once

// How collab-seed prints its answers: text for people, JSON for programs. No other place knows the
// formats; "schema" in the JSON counts up when one changes.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "seed/apply.h"

namespace collab::seed {

std::string_view action_name(Action action);

// "created user ana", a line per change.
std::string change_lines(const std::vector<Change>& changes);
// "2 created, 0 updated, 1 unchanged"
std::string change_counts(const std::vector<Change>& changes);
// `dry_run`: what is created has no id yet.
std::string changes_json(const std::vector<Change>& changes, bool dry_run);

// A user with the new token, when one was made.
std::string user_json(const Change& user, const std::optional<std::string>& token);

}  // namespace collab::seed
