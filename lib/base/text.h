// SPDX-License-Identifier: Apache-2.0
#pragma once

// Small text helpers that several layers need.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace collab {

// Without leading and trailing white space (ASCII and the Unicode spaces that UTF-8 text may hold).
std::string_view trim(std::string_view text);

std::string to_lower_ascii(std::string_view text);

// The whole text as a decimal number, or nothing: no sign for unsigned, no space, no overflow.
std::optional<std::int64_t> parse_int64(std::string_view text);
std::optional<std::int32_t> parse_int32(std::string_view text);
std::optional<std::uint32_t> parse_uint32(std::string_view text);

std::vector<std::string_view> split(std::string_view text, char separator);

// The text with control characters as \xNN, for logs and terminals: nothing that a stranger sent
// can break a line or colour a screen.
std::string escape_control(std::string_view text);

// Where `text` has a code point boundary. Requires `at` <= text.size().
bool is_char_boundary(std::string_view text, std::size_t at);
// Code points in valid UTF-8.
std::size_t count_characters(std::string_view text);
bool is_valid_utf8(std::string_view text);

// Unix milliseconds as RFC 3339 in UTC: "2026-01-05T09:30:00.000Z".
std::string rfc3339_ms(std::int64_t unix_ms);
// The same without zone, with a fraction only if non-zero: "2024-05-01T12:34:56" (spec 4, 3).
std::string naive_timestamp(std::int64_t unix_ms);
// RFC 3339 to unix milliseconds.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace collab
