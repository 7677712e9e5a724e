// SPDX-License-Identifier: Apache-2.0
#pragma once

// Durations as people type them.

#include <chrono>
#include <optional>
#include <string_view>

namespace collab::migrate {

// "500ms", "90s", "10m", "2h", fractions as "0.5s"; at most a day. Nothing for any other text.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace collab::migrate
