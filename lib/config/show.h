// SPDX-License-Identifier: Apache-2.0
#pragma once

// Configurations for people: what counts and why, and what a reload changed.

#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"

namespace collab::config {

enum class Origin { hide, show };

// One line a key, "name = value", with `origin` followed by where it came from. Secrets that are
// set appear as "(set)".
std::string show(const Loaded& loaded, Origin origin);

struct Changes {
    std::vector<std::string_view> applied;       // count at once
    std::vector<std::string_view> need_restart;  // count when the server starts again
};

// The names of the keys whose values differ.
Changes changes(const Loaded& before, const Loaded& after);

// Puts into `running` what of `next` counts at once; the rest stays as it is.
void take_over(Loaded& running, const Loaded& next);

}  // namespace collab::config
