// SPDX-License-Identifier: Apache-2.0
#include "db/value.h"

#include "base/result.h"

namespace collab::db {

const Cell& Row::cell(int column) const {
    COLLAB_ASSERT(column >= 0 && column < columns_);
    return cells_[column];
}

bool Row::is_null(int column) const {
    return std::holds_alternative<std::monostate>(cell(column));
}

std::int64_t Row::integer(int column) const {
    const auto* value = std::get_if<std::int64_t>(&cell(column));
    COLLAB_ASSERT(value != nullptr);
    return *value;
}

const std::string& Row::text(int column) const {
    const auto* value = std::get_if<std::string>(&cell(column));
    COLLAB_ASSERT(value != nullptr);
    return *value;
}

std::optional<std::int64_t> Row::optional_integer(int column) const {
    if (is_null(column)) return {};
    return integer(column);
}

std::optional<std::string> Row::optional_text(int column) const {
    if (is_null(column)) return {};
    return text(column);
}

}  // namespace collab::db
