// SPDX-License-Identifier: Apache-2.0
#pragma once

// The copies of a SQLite file that are made before a migration: <db>.pre-<number>.bak.

#include <string>

#include "base/result.h"

namespace collab::schema {

// Copies the database as it is committed now and deletes all but the three newest copies. Returns
// the copy's path. Error unavailable: it could not be written; an older copy is left as it was.
Result<std::string> back_up_before(const std::string& path, int number);

}  // namespace collab::schema
