// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place where a statement's text differs between the databases.

#include <string>
#include <string_view>

#include "db/connection.h"

namespace collab::db {

// Replaces IDS($n) by a sub-select over the list parameter $n.
std::string expand_ids(std::string_view sql, Dialect dialect);

}  // namespace collab::db
