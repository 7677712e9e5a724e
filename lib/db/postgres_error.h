// SPDX-License-Identifier: Apache-2.0
#pragma once

// What PostgreSQL's errors mean to us. Only for the PostgreSQL driver.

#include <libpq-fe.h>

#include <string>

#include "base/result.h"

namespace collab::db {

struct PostgresError {
    Error error;
    bool lost = false;                // the connection is of no more use
    bool transaction_failed = false;  // all of the transaction is to be run again
};

PostgresError postgres_error(const PGresult* result);

// Unavailable, with libpq's own last message on one line.
Error connection_error(const PGconn* connection);

}  // namespace collab::db
