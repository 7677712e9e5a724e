// SPDX-License-Identifier: Apache-2.0
#include "wire/fields.h"

#include <cstring>

namespace collab::wire {

std::optional<std::uint64_t> FieldReader::read_varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (rest_.empty()) break;
        const std::uint8_t byte = rest_.front();
        rest_ = rest_.subspan(1);
        if (shift == 63 && byte > 1) break;
        value |= std::uint64_t{byte & 0x7fu} << shift;
        if ((byte & 0x80) == 0) return value;
    }
    malformed_ = true;
    return {};
}

std::optional<Field> FieldReader::next() {
    if (malformed_ || rest_.empty()) return {};
    const Bytes start = rest_;
    const auto key = read_varint();
    if (!key) return {};
    Field field{};
    const std::uint64_t number = *key >> 3;
    if (number == 0 || number > 536'870'911) {
        malformed_ = true;
        return {};
    }
    field.number = static_cast<std::uint32_t>(number);
    std::size_t fixed = 0;
    switch (*key & 7) {
        case 0: {
            const auto value = read_varint();
            if (!value) return {};
            field.type = WireType::varint;
            field.varint = *value;
            break;
        }
        case 1:
            field.type = WireType::fixed64;
            fixed = 8;
            break;
        case 5:
            field.type = WireType::fixed32;
            fixed = 4;
            break;
        case 2: {
            const auto length = read_varint();
            if (!length) return {};
            if (*length > rest_.size()) {
                malformed_ = true;
                return {};
            }
            field.type = WireType::length;
            field.bytes = rest_.first(static_cast<std::size_t>(*length));
            rest_ = rest_.subspan(static_cast<std::size_t>(*length));
            break;
        }
        default:
            malformed_ = true;
            return {};
    }
    if (fixed != 0) {
        if (rest_.size() < fixed) {
            malformed_ = true;
            return {};
        }
        std::memcpy(&field.varint, rest_.data(), fixed);
        rest_ = rest_.subspan(fixed);
    }
    field.whole = start.first(start.size() - rest_.size());
    return field;
}

void put_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

void put_varint_field(std::string& out, std::uint32_t number, std::uint64_t value) {
    put_varint(out, std::uint64_t{number} << 3);
    put_varint(out, value);
}

void put_bytes_field(std::string& out, std::uint32_t number, std::string_view bytes) {
    put_varint(out, std::uint64_t{number} << 3 | 2);
    put_varint(out, bytes.size());
    out.append(bytes);
}

}  // namespace collab::wire
