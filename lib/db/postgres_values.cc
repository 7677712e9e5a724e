// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_values.h"

#include <cstdlib>
#include <string_view>

namespace collab::db {
namespace {

// Object ids of built-in types; they are fixed for ever (pg_type.dat).
enum TypeId : Oid {
    kUntyped = 0,
    kBool = 16,
    kBytea = 17,
    kName = 19,
    kInt8 = 20,
    kInt2 = 21,
    kInt4 = 23,
    kText = 25,
    kBpchar = 1042,
    kVarchar = 1043,
    kInt8Array = 1016,
    kVoid = 2278,
};

template <int Bytes>
void append_big_endian(std::string& to, std::uint64_t value) {
    for (int shift = (Bytes - 1) * 8; shift >= 0; shift -= 8) {
        to.push_back(static_cast<char>(value >> shift));
    }
}

// Sign-extends 2, 4 or 8 bytes.
std::int64_t read_integer(std::string_view bytes) {
    std::uint64_t value = bytes.empty() || (bytes[0] & 0x80) == 0 ? 0 : ~std::uint64_t{0};
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(value);
}

struct Encoder {
    std::string& bytes;

    Oid operator()(std::monostate) const { return kUntyped; }
    Oid operator()(std::int64_t value) const {
        append_big_endian<8>(bytes, static_cast<std::uint64_t>(value));
        return kInt8;
    }
    Oid operator()(bool value) const {
        bytes.push_back(value ? 1 : 0);
        return kBool;
    }
    Oid operator()(const std::string& value) const {
        bytes = value;
        return kText;
    }
    Oid operator()(const Value::Bytes& value) const {
        bytes = value.bytes;
        return kBytea;
    }
    Oid operator()(const std::vector<std::int64_t>& list) const {
        append_big_endian<4>(bytes, list.empty() ? 0 : 1);  // dimensions
        append_big_endian<4>(bytes, 0);                     // no NULLs inside
        append_big_endian<4>(bytes, kInt8);
        if (list.empty()) return kInt8Array;
        append_big_endian<4>(bytes, list.size());
        append_big_endian<4>(bytes, 1);  // the first element's index
        for (const auto element : list) {
            append_big_endian<4>(bytes, 8);
            append_big_endian<8>(bytes, static_cast<std::uint64_t>(element));
        }
        return kInt8Array;
    }
};

Result<Cell> decode_cell(const PGresult* result, int row, int column) {
    if (PQgetisnull(result, row, column)) return Cell{};
    const std::string_view bytes(PQgetvalue(result, row, column),
                                 static_cast<std::size_t>(PQgetlength(result, row, column)));
    switch (PQftype(result, column)) {
        case kBool:
        case kInt2:
        case kInt4:
        case kInt8:
            return Cell{read_integer(bytes)};
        case kBytea:
        case kName:
        case kText:
        case kBpchar:
        case kVarchar:
            return Cell{std::string(bytes)};
        case kVoid:
            return Cell{};
        default:
            return Error{ErrorCode::internal, std::string("database: column '") +
                                                  PQfname(result, column) + "' has type " +
                                                  std::to_string(PQftype(result, column)) +
                                                  ", which no row can hold"};
    }
}

}  // namespace

PostgresParameters::PostgresParameters(const Values& values)
    : bytes_(values.size()), formats_(values.size(), 1) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        types_.push_back(std::visit(Encoder{bytes_[i]}, values[i].variant()));
        pointers_.push_back(types_[i] == kUntyped ? nullptr : bytes_[i].data());
        lengths_.push_back(static_cast<int>(bytes_[i].size()));
    }
}

std::string PostgresParameters::signature() const {
    std::string text;
    for (const Oid type : types_) text += "," + std::to_string(type);
    return text;
}

Result<Rows> decode_rows(const PGresult* result) {
    Rows rows;
    rows.columns = PQnfields(result);
    const int count = PQntuples(result);
    rows.cells.reserve(static_cast<std::size_t>(count) * static_cast<std::size_t>(rows.columns));
    for (int row = 0; row < count; ++row) {
        for (int column = 0; column < rows.columns; ++column) {
            COLLAB_TRY(Cell cell, decode_cell(result, row, column));
            rows.cells.push_back(std::move(cell));
        }
    }
    const std::string_view command = PQcmdStatus(const_cast<PGresult*>(result));
    if (!command.starts_with("SELECT")) {
        rows.affected = std::strtoll(PQcmdTuples(const_cast<PGresult*>(result)), nullptr, 10);
    }
    return rows;
}

}  // namespace collab::db
