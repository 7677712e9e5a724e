// SPDX-License-Identifier: Apache-2.0
#pragma once

// A copy of a SQLite database that others are using.

#include <string>

#include "base/result.h"

namespace collab::db {

// Writes what is committed in `path` to `target`, which appears whole (mode 0600 or stricter) or
// not at all; an existing `target` is replaced. Writers may go on meanwhile. Blocks; thread: any.
// Error unavailable: `path` cannot be read or `target` cannot be written.
Status backup_sqlite(const std::string& path, const std::string& target);

}  // namespace collab::db
