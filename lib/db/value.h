// SPDX-License-Identifier: Apache-2.0
#pragma once

// What goes into a statement and what comes out of it: NULL, integers, booleans, text and bytes,
// the types that SQLite and PostgreSQL share.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"

namespace collab::db {

// Bytes, as opposed to text. The view lives as long as the call that it is passed to.
struct Blob {
    std::string_view bytes;
};

// A parameter. `IDS($n)` in a statement stands for a list: WHERE id IN IDS($1) (see tx.h).
class Value {
public:
    Value(std::nullptr_t = nullptr) {}               // NOLINT(google-explicit-constructor)
    Value(std::int64_t v) : v_(v) {}                 // NOLINT(google-explicit-constructor)
    Value(std::int32_t v) : v_(std::int64_t{v}) {}   // NOLINT(google-explicit-constructor)
    Value(std::uint32_t v) : v_(std::int64_t{v}) {}  // NOLINT(google-explicit-constructor)
    // Ids chosen by clients may use all 64 bits; they are stored as the signed value (spec 2, 0.1).
    Value(std::uint64_t v)
        : v_(static_cast<std::int64_t>(v)) {}                 // NOLINT(google-explicit-constructor)
    Value(bool v) : v_(v) {}                                  // NOLINT(google-explicit-constructor)
    Value(std::string_view v) : v_(std::string(v)) {}         // NOLINT(google-explicit-constructor)
    Value(const std::string& v) : v_(v) {}                    // NOLINT(google-explicit-constructor)
    Value(const char* v) : v_(std::string(v)) {}              // NOLINT(google-explicit-constructor)
    Value(Blob v) : v_(Bytes{std::string(v.bytes)}) {}        // NOLINT(google-explicit-constructor)
    Value(std::vector<std::int64_t> v) : v_(std::move(v)) {}  // NOLINT(google-explicit-constructor)
    template <class Tag>
    Value(Id<Tag> id) : v_(id.value) {}  // NOLINT(google-explicit-constructor)
    template <class T>
    Value(const std::optional<T>& v) : Value() {  // NOLINT(google-explicit-constructor)
        if (v) *this = Value(*v);
    }

    struct Bytes {
        std::string bytes;
    };
    using Variant = std::variant<std::monostate, std::int64_t, bool, std::string, Bytes,
                                 std::vector<std::int64_t>>;
    const Variant& variant() const { return v_; }

private:
    Variant v_;
};

// Parameters $1, $2, … in order.
using Values = std::vector<Value>;

// One cell of a result. Booleans arrive as 0 and 1.
using Cell = std::variant<std::monostate, std::int64_t, std::string>;

// One row of a result; columns count from 0. Asking for a type that the column does not have is a
// bug and aborts. Lives as long as the Rows it came from.
class Row {
public:
    Row(const Cell* cells, int columns) : cells_(cells), columns_(columns) {}

    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::uint64_t unsigned_integer(int column) const {
        return static_cast<std::uint64_t>(integer(column));
    }
    bool boolean(int column) const { return integer(column) != 0; }
    const std::string& text(int column) const;  // text and bytes alike
    std::optional<std::int64_t> optional_integer(int column) const;
    std::optional<std::string> optional_text(int column) const;
    template <class I>
    I id(int column) const {
        return I{integer(column)};
    }

private:
    const Cell& cell(int column) const;

    const Cell* cells_;
    int columns_;
};

// A whole result.
struct Rows {
    int columns = 0;
    std::vector<Cell> cells;
    std::int64_t affected = 0;  // rows changed by an INSERT, UPDATE or DELETE

    std::size_t size() const {
        return columns == 0 ? 0 : cells.size() / static_cast<std::size_t>(columns);
    }
    Row operator[](std::size_t row) const {
        return {cells.data() + row * static_cast<std::size_t>(columns), columns};
    }
};

}  // namespace collab::db
