// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_driver.h"
namespace collab::db {
Result<std::unique_ptr<Connection>> open_postgres(const std::string&) {
    return Error{ErrorCode::unavailable, "not yet"};
}
}
