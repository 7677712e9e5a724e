// SPDX-License-Identifier: Apache-2.0
#pragma once

// Texts of the configuration to values and back: what is a duration, a size, a yes. Errors are
// invalid, and say what would have been right.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace collab::config {

// 90s, 10m, 2h, 1d, 250ms; fractions as in 0.5s; 0 without a unit. Whole milliseconds
// count, up to 3650 days.
Status parse_value(std::string_view text, Duration& value);
// 8MiB, 64KiB, 1GiB, 512B, 512.
Status parse_value(std::string_view text, Bytes& value);
// true, false, on, off, yes, no, 1, 0.
Status parse_value(std::string_view text, bool& value);
Status parse_value(std::string_view text, std::uint16_t& value);
Status parse_value(std::string_view text, std::uint32_t& value);
Status parse_value(std::string_view text, std::int64_t& value);
Status parse_value(std::string_view text, std::string& value);
// Separated by commas; blanks around an element do not count, empty elements are left out.
Status parse_value(std::string_view text, std::vector<std::string>& value);
Status parse_value(std::string_view text, Mode& value);
Status parse_value(std::string_view text, Environment& value);
Status parse_value(std::string_view text, Migrate& value);
Status parse_value(std::string_view text, Tls& value);
Status parse_value(std::string_view text, LogLevel& value);
Status parse_value(std::string_view text, LogFormat& value);

// The text that parse_value() turns into the same value again.
std::string format_value(Duration value);
std::string format_value(Bytes value);
std::string format_value(bool value);
std::string format_value(std::int64_t value);
std::string format_value(const std::string& value);
std::string format_value(const std::vector<std::string>& value);
std::string format_value(Mode value);
std::string format_value(Environment value);
std::string format_value(Migrate value);
std::string format_value(Tls value);
std::string format_value(LogLevel value);
std::string format_value(LogFormat value);

}  // namespace collab::config
