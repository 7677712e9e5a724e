// SPDX-License-Identifier: Apache-2.0
#pragma once

// toml++ as this layer uses it: without exceptions and with a bound on the text. For .cc files of
// lib/config only: the header is large.

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
// It asserts, or with NDEBUG assumes, about the first character of a table header what its next
// lines check and report: "[~" must be an error with its place, not the end of the program.
#undef NDEBUG
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>

#include <string_view>

#include "base/result.h"

namespace collab::config {

// "path:line:column: message", code invalid.
Error error_at(std::string_view path, const toml::source_region& where, std::string_view message);

// Error invalid, with the place: no TOML, or longer than kLargestFile.
Result<toml::table> parse_toml(std::string_view path, std::string_view text);

}  // namespace collab::config
