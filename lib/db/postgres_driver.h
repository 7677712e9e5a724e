// SPDX-License-Identifier: Apache-2.0
#pragma once

// PostgreSQL behind db::Connection, in libpq's pipeline mode. Thread: one at a time.

#include <memory>
#include <string>

#include "db/connection.h"

namespace collab::db {

Result<std::unique_ptr<Connection>> open_postgres(const std::string& url);

}  // namespace collab::db
