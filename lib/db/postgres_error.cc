// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_error.h"

#include <string_view>

#include "base/text.h"

namespace collab::db {
namespace {

std::string on_one_line(std::string_view text) {
    std::string line;
    for (const char c : trim(text)) {
        const bool space = c == '\n' || c == '\t' || c == ' ';
        if (!space)
            line += c;
        else if (!line.ends_with(' '))
            line += ' ';
    }
    return line;
}

}  // namespace

PostgresError postgres_error(const PGresult* result) {
    const auto field = [&](int code) {
        const char* text = PQresultErrorField(result, code);
        return std::string_view(text == nullptr ? "" : text);
    };
    const auto state = field(PG_DIAG_SQLSTATE);
    PostgresError meaning;
    auto& error = meaning.error;
    const auto message = field(PG_DIAG_MESSAGE_PRIMARY);
    error.message =
        "database: " + on_one_line(message.empty() ? PQresultErrorMessage(result) : message);
    error.code = ErrorCode::internal;
    // Without a state it is libpq that speaks: the server closed the connection.
    if (state.empty() || state.starts_with("08") || state.starts_with("57P0")) {
        error.code = ErrorCode::unavailable;
        meaning.lost = true;
    } else if (state.starts_with("23")) {
        error.code = ErrorCode::conflict;
    } else if (state == "40001" || state == "40P01") {
        error.code = ErrorCode::unavailable;
        meaning.transaction_failed = true;
    } else if (state.starts_with("53") || state == "55P03" || state == "57014") {
        error.code = ErrorCode::unavailable;  // out of resources, lock not free, cancelled
    }
    return meaning;
}

Error connection_error(const PGconn* connection) {
    return {ErrorCode::unavailable, "database: " + on_one_line(PQerrorMessage(connection))};
}

}  // namespace collab::db
