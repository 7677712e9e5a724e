// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place where a statement's text differs between the databases, and where in a script one
// stands.

#include <string>
#include <string_view>

#include "db/connection.h"

namespace collab::db {

// Replaces IDS($n) by a sub-select over the list parameter $n.
std::string expand_ids(std::string_view sql, Dialect dialect);

// The number of the line, counted from 1, that the statement at or after `offset` is on: white
// space before it is skipped. An offset past the end is the last line.
int line_at(std::string_view script, std::size_t offset);

}  // namespace collab::db
