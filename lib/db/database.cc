// SPDX-License-Identifier: Apache-2.0
#include "db/database.h"

#include "base/text.h"
#include "db/postgres_driver.h"
#include "db/sqlite_driver.h"

namespace collab::db {
namespace {

constexpr std::string_view kForms =
    "expected sqlite::memory:, sqlite:PATH, sqlite://PATH?mode=rwc, postgres://… or postgresql://…";

}  // namespace

Result<Database> Database::parse(std::string_view url) {
    Database database;
    if (url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        database.dialect_ = Dialect::postgres;
        database.target_ = url;
        return database;
    }
    if (!url.starts_with("sqlite:")) {
        return Error{ErrorCode::invalid, "cannot use this database URL: " + std::string(kForms)};
    }
    url.remove_prefix(7);
    if (url.starts_with("//")) url.remove_prefix(2);
    if (url == ":memory:") {
        database.in_memory_ = true;
        return database;
    }
    const auto question = url.find('?');
    if (question != std::string_view::npos) {
        for (const auto option : split(url.substr(question + 1), '&')) {
            if (option == "mode=rw")
                database.create_ = false;
            else if (option == "mode=memory")
                database.in_memory_ = true;
            else if (option != "mode=rwc" && !option.empty())
                return Error{ErrorCode::invalid, "unknown option '" + escape_control(option) +
                                                     "' in the SQLite URL: mode=rwc, mode=rw and "
                                                     "mode=memory are known"};
        }
        url = url.substr(0, question);
    }
    if (url.empty() && !database.in_memory_) {
        return Error{ErrorCode::invalid, "the SQLite URL names no file: " + std::string(kForms)};
    }
    database.target_ = url;
    return database;
}

std::string Database::display() const {
    if (dialect_ == Dialect::sqlite) return in_memory_ ? "SQLite in memory" : "SQLite " + target_;
    const auto scheme = target_.find("://") + 3;
    const auto at = target_.rfind('@');
    const auto colon = target_.find(':', scheme);
    if (at == std::string::npos || colon == std::string::npos || colon > at) return target_;
    return target_.substr(0, colon) + ":***" + target_.substr(at);
}

Result<std::unique_ptr<Connection>> Database::open() const {
    if (dialect_ == Dialect::postgres) return open_postgres(target_);
    return open_sqlite(in_memory_ ? ":memory:" : target_,
                       create_ ? SqliteMode::create : SqliteMode::existing);
}

Result<std::unique_ptr<Connection>> Database::open_reader() const {
    if (dialect_ == Dialect::postgres) return open_postgres(target_);
    return open_sqlite(target_, SqliteMode::read_only);
}

}  // namespace collab::db
