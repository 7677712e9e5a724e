// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <charconv>
#include <cstdio>
#include <ctime>

namespace collab {
namespace {

template <class T>
std::optional<T> parse_number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return {};
    return value;
}

// Unicode's White_Space, in UTF-8.
constexpr std::string_view kSpaces[] = {
    "\t",           "\n",           "\v",           "\f",           "\r",           " ",
    "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82",
    "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
    "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f",
    "\xe3\x80\x80",
};

// Bytes of the space with which the text begins, 0 if it does not.
std::size_t space_before(std::string_view text) {
    for (const auto space : kSpaces) {
        if (text.starts_with(space)) return space.size();
    }
    return 0;
}

std::size_t space_after(std::string_view text) {
    for (const auto space : kSpaces) {
        if (text.ends_with(space)) return space.size();
    }
    return 0;
}

// Length of the code point that starts here, 0 if none does.
std::size_t code_point_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    if (length == 0 || first > 0xf4 || at + length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
    }
    if (first == 0xe0 && byte(1) < 0xa0) return 0;
    if (first == 0xed && byte(1) > 0x9f) return 0;  // surrogates
    if (first == 0xf0 && byte(1) < 0x90) return 0;
    if (first == 0xf4 && byte(1) > 0x8f) return 0;
    return length;
}

std::tm utc(std::int64_t unix_ms) {
    const auto seconds =
        static_cast<std::time_t>(unix_ms >= 0 ? unix_ms / 1000 : (unix_ms - 999) / 1000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return parts;
}

}  // namespace

std::string_view trim(std::string_view text) {
    while (const auto bytes = space_before(text)) text.remove_prefix(bytes);
    while (const auto bytes = space_after(text)) text.remove_suffix(bytes);
    return text;
}

std::string to_lower_ascii(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

std::optional<std::int64_t> parse_int64(std::string_view text) {
    return parse_number<std::int64_t>(text);
}

std::optional<std::int32_t> parse_int32(std::string_view text) {
    return parse_number<std::int32_t>(text);
}

std::optional<std::uint32_t> parse_uint32(std::string_view text) {
    return parse_number<std::uint32_t>(text);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::string escape_control(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const std::size_t length = code_point_length(text, i);
        const bool c1 =
            length == 2 && byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (length == 0 || byte < 0x20 || byte == 0x7f || c1) {
            char code[5];
            std::snprintf(code, sizeof code, "\\x%02x", byte);
            out += code;
            if (c1) {
                std::snprintf(code, sizeof code, "\\x%02x",
                              static_cast<unsigned char>(text[i + 1]));
                out += code;
            }
            i += c1 ? 2 : 1;
            continue;
        }
        out.append(text, i, length);
        i += length;
    }
    return out;
}

bool is_char_boundary(std::string_view text, std::size_t at) {
    return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
}

std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) count += is_char_boundary(text, i) ? 1 : 0;
    return count;
}

bool is_valid_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = code_point_length(text, i);
        if (length == 0) return false;
        i += length;
    }
    return true;
}

std::string rfc3339_ms(std::int64_t unix_ms) {
    const std::tm t = utc(unix_ms);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.tm_year + 1900,
                  t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
                  static_cast<int>(((unix_ms % 1000) + 1000) % 1000));
    return text;
}

std::string naive_timestamp(std::int64_t unix_ms) {
    std::string text = rfc3339_ms(unix_ms);
    text.pop_back();
    if (text.ends_with(".000")) text.resize(text.size() - 4);
    return text;
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
    int year, month, day, hour, minute, second, used = 0;
    const std::string copy(text);
    if (std::sscanf(copy.c_str(), "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &year, &month, &day, &hour,
                    &minute, &second, &used) != 6 ||
        used == 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
        second > 60) {
        return {};
    }
    std::string_view rest = text.substr(static_cast<std::size_t>(used));
    std::int64_t millis = 0;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        std::int64_t scale = 100;
        while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
            millis += (rest.front() - '0') * scale;
            scale /= 10;
            rest.remove_prefix(1);
        }
    }
    std::int64_t offset_minutes = 0;
    if (rest != "Z" && rest != "z") {
        if (rest.size() != 6 || rest[3] != ':' || (rest[0] != '+' && rest[0] != '-')) return {};
        const auto hours = parse_uint32(rest.substr(1, 2));
        const auto minutes = parse_uint32(rest.substr(4, 2));
        if (!hours || !minutes) return {};
        offset_minutes = std::int64_t{*hours} * 60 + *minutes;
        if (rest[0] == '-') offset_minutes = -offset_minutes;
    }
    std::tm t{};
    t.tm_year = year - 1900;
    t.tm_mon = month - 1;
    t.tm_mday = day;
    t.tm_hour = hour;
    t.tm_min = minute;
    t.tm_sec = second;
    return (static_cast<std::int64_t>(::timegm(&t)) - offset_minutes * 60) * 1000 + millis;
}

}  // namespace collab
