// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pictures of people who have none elsewhere: their initials on a colour of their own
// (decisions 27). Nothing is asked of the internet.

#include <cstdint>
#include <string>
#include <string_view>

namespace collab::server {

// A PNG of 128 by 128 pixels. Letters and digits of ASCII are drawn, anything else as a dot.
std::string draw_avatar(std::string_view name, std::int64_t user_id);

// One or two upper-case characters: of "mira.novak" MN, of "mira" MI.
std::string initials(std::string_view name);

}  // namespace collab::server
