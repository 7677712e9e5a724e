// SPDX-License-Identifier: Apache-2.0
#pragma once

// Parameters and rows in PostgreSQL's binary format. Only for the PostgreSQL driver.

#include <libpq-fe.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "db/value.h"

namespace collab::db {

// The arrays that libpq takes. NULL has no type of its own: PostgreSQL infers it.
class PostgresParameters {
public:
    explicit PostgresParameters(const Values& values);
    // The pointers point into the object.
    PostgresParameters(const PostgresParameters&) = delete;
    PostgresParameters& operator=(const PostgresParameters&) = delete;

    int count() const { return static_cast<int>(types_.size()); }
    const Oid* types() const { return types_.data(); }
    const char* const* values() const { return pointers_.data(); }
    const int* lengths() const { return lengths_.data(); }
    const int* formats() const { return formats_.data(); }
    // Equal for parameters of equal types: part of a prepared statement's identity.
    std::string signature() const;

private:
    std::vector<Oid> types_;
    std::vector<std::string> bytes_;
    std::vector<const char*> pointers_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

// Error internal: a column has a type that Row cannot hold (say, numeric: cast sums to bigint).
Result<Rows> decode_rows(const PGresult* result);

}  // namespace collab::db
