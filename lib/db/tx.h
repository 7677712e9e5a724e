// SPDX-License-Identifier: Apache-2.0
#pragma once

// What queries run on: statements inside a transaction that somebody else opened and will commit
// or roll back. Written so that a query reads as its SQL, its parameters and how a row looks.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "db/connection.h"

namespace collab::db {

class Tx {
public:
    explicit Tx(Connection& connection) : connection_(connection) {}

    // Changes rows. The error of a failing statement may show only at the next read (connection.h),
    // so nothing may be concluded from its success but that it was sent.
    Status run(std::string_view sql, const Values& values) { return connection_.run(sql, values); }

    // Changes rows and tells how many; waits for the database.
    Result<std::int64_t> run_counted(std::string_view sql, const Values& values) {
        COLLAB_TRY(const auto rows, connection_.query(sql, values));
        return rows.affected;
    }

    // The first row, mapped, or nothing when there is none.
    template <class F>
    auto one(std::string_view sql, const Values& values, F map)
        -> Result<std::optional<std::invoke_result_t<F, const Row&>>> {
        COLLAB_TRY(const auto rows, connection_.query(sql, values));
        return first(rows, map);
    }

    // Every row, mapped, in the statement's order.
    template <class F>
    auto list(std::string_view sql, const Values& values, F map)
        -> Result<std::vector<std::invoke_result_t<F, const Row&>>> {
        COLLAB_TRY(const auto rows, connection_.query(sql, values));
        return all(rows, map);
    }

    // Starts a query; one() and list() below fetch it. Queries started together travel together.
    Ticket send(std::string_view sql, const Values& values) {
        return connection_.send(sql, values);
    }

    template <class F>
    auto one(Ticket ticket, F map) -> Result<std::optional<std::invoke_result_t<F, const Row&>>> {
        COLLAB_TRY(const auto rows, connection_.receive(ticket));
        return first(rows, map);
    }

    template <class F>
    auto list(Ticket ticket, F map) -> Result<std::vector<std::invoke_result_t<F, const Row&>>> {
        COLLAB_TRY(const auto rows, connection_.receive(ticket));
        return all(rows, map);
    }

    // For caches of rows of several tables; see Connection::rows_version().
    std::optional<std::uint64_t> rows_version(std::initializer_list<std::string_view> tables) {
        std::uint64_t sum = 0;
        for (const auto table : tables) {
            const auto version = connection_.rows_version(table);
            if (!version) return {};
            sum += *version;
        }
        return sum;
    }

    Dialect dialect() const { return connection_.dialect(); }

private:
    template <class F>
    static auto first(const Rows& rows, F& map) {
        std::optional<std::invoke_result_t<F, const Row&>> row;
        if (rows.size() > 0) row = map(rows[0]);
        return row;
    }

    template <class F>
    static auto all(const Rows& rows, F& map) {
        std::vector<std::invoke_result_t<F, const Row&>> list;
        list.reserve(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) list.push_back(map(rows[i]));
        return list;
    }

    Connection& connection_;
};

}  // namespace collab::db
