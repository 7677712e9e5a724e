// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where the data lives: a parsed URL that opens connections.

#include <memory>
#include <string>
#include <string_view>

#include "db/connection.h"

namespace collab::db {

// sqlite::memory:, sqlite:PATH, sqlite://PATH?mode=rwc, postgres://…, postgresql://…
class Database {
public:
    // Error invalid: a URL of no known form; the message names the forms.
    static Result<Database> parse(std::string_view url);

    Dialect dialect() const { return dialect_; }
    // Everything is lost with the last connection, and there is exactly one connection: readers do
    // not exist (decisions 20).
    bool in_memory() const { return in_memory_; }
    // The SQLite file. Requires dialect() == sqlite and !in_memory().
    const std::string& path() const { return target_; }
    // For people: without the password.
    std::string display() const;

    // Error unavailable: cannot be reached or opened; the message says why.
    Result<std::unique_ptr<Connection>> open() const;
    // The same, read only for SQLite files.
    Result<std::unique_ptr<Connection>> open_reader() const;

private:
    Dialect dialect_ = Dialect::sqlite;
    bool in_memory_ = false;
    bool create_ = true;
    std::string target_;  // a path or a PostgreSQL URL
};

}  // namespace collab::db
