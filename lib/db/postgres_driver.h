// SPDX-License-Identifier: Apache-2.0
#pragma once

// PostgreSQL behind db::Connection, in libpq's pipeline mode. Thread: one at a time.
//
// begin, savepoint, run and rollback_to travel with the next statement that waits; release waits
// only when a statement since the savepoint has not been answered yet.

#include <chrono>
#include <memory>
#include <string>

#include "db/connection.h"

namespace collab::db {

struct PostgresOptions {
    // Per host; `connect_timeout` in the URL wins. Whole seconds.
    std::chrono::seconds connect_timeout{10};
    // How long a server may be silent while a call waits for its answer, before it counts as frozen
    // and the connection as lost. Scripts (run_script) may take as long as they need.
    std::chrono::milliseconds answer_timeout{10'000};
};

// Error unavailable: no connection; the message is libpq's, which holds no password.
Result<std::unique_ptr<Connection>> open_postgres(const std::string& url,
                                                  const PostgresOptions& options = {});

}  // namespace collab::db
