// SPDX-License-Identifier: Apache-2.0
#pragma once

// A configuration file as text: TOML to a flat list of keys and values. Which keys exist is not
// known here.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace collab::config {

struct Entry {
    std::string name;   // tables joined with a dot: "limits.queue_bytes"
    std::string value;  // as parse_value() takes it
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

// Values may be texts, whole numbers, true or false, and lists of those. An empty table is an
// entry whose name ends with a dot. Error invalid, as "path:line:column: message": not TOML, or a
// value of another kind.
Result<std::vector<Entry>> parse_document(std::string_view path, std::string_view text);

}  // namespace collab::config
