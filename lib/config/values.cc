// SPDX-License-Identifier: Apache-2.0
#include "config/values.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "base/text.h"

namespace collab::config {
namespace {

using namespace std::chrono_literals;

constexpr double kLongestMs = 3650.0 * 24 * 60 * 60 * 1000;

template <class T>
using Word = std::pair<std::string_view, T>;

constexpr std::array kDurationUnits = {Word<Duration>{"d", std::chrono::days(1)},
                                       Word<Duration>{"h", 1h}, Word<Duration>{"m", 1min},
                                       Word<Duration>{"s", 1s}, Word<Duration>{"ms", 1ms}};
constexpr std::array kByteUnits = {
    Word<std::uint64_t>{"GiB", 1024 * kMiB}, Word<std::uint64_t>{"MiB", kMiB},
    Word<std::uint64_t>{"KiB", 1024}, Word<std::uint64_t>{"B", 1}, Word<std::uint64_t>{"", 1}};
constexpr std::array kBooleans = {Word<bool>{"true", true}, Word<bool>{"false", false},
                                  Word<bool>{"on", true},   Word<bool>{"off", false},
                                  Word<bool>{"yes", true},  Word<bool>{"no", false},
                                  Word<bool>{"1", true},    Word<bool>{"0", false}};
constexpr std::array kModes = {Word<Mode>{"local", Mode::local}, Word<Mode>{"cloud", Mode::cloud}};
constexpr std::array kEnvironments = {Word<Environment>{"local", Environment::local},
                                      Word<Environment>{"development", Environment::development},
                                      Word<Environment>{"production", Environment::production}};
constexpr std::array kMigrates = {Word<Migrate>{"auto", Migrate::automatic},
                                  Word<Migrate>{"check", Migrate::check},
                                  Word<Migrate>{"off", Migrate::off}};
constexpr std::array kTls = {Word<Tls>{"both", Tls::both}, Word<Tls>{"only", Tls::only},
                             Word<Tls>{"off", Tls::off}};
constexpr std::array kLogLevels = {
    Word<LogLevel>{"debug", LogLevel::debug}, Word<LogLevel>{"info", LogLevel::info},
    Word<LogLevel>{"warning", LogLevel::warning}, Word<LogLevel>{"error", LogLevel::error}};
constexpr std::array kLogFormats = {Word<LogFormat>{"text", LogFormat::text},
                                    Word<LogFormat>{"json", LogFormat::json}};

Error invalid(std::string_view wanted, std::string_view text) {
    return {ErrorCode::invalid, std::string(wanted) + ", not '" + std::string(text) + "'"};
}

template <class T>
Status parse_word(std::string_view text, T& value, std::span<const Word<T>> words) {
    std::string wanted = "takes ";
    for (const auto& [word, meaning] : words) {
        if (word == text) {
            value = meaning;
            return ok();
        }
        if (wanted.size() > 6) wanted += ", ";
        wanted += word;
    }
    return invalid(wanted, text);
}

template <class T>
std::string format_word(T value, std::span<const Word<T>> words) {
    for (const auto& [word, meaning] : words)
        if (meaning == value) return std::string(word);
    return {};
}

template <class T>
Status parse_number(std::string_view text, T& value) {
    const auto number = parse_int64(text);
    constexpr std::int64_t kMost = std::numeric_limits<T>::max();
    if (!number || *number < 0 || *number > kMost)
        return invalid("takes a number from 0 to " + std::to_string(kMost), text);
    value = static_cast<T>(*number);
    return ok();
}

}  // namespace

Status parse_value(std::string_view text, Duration& value) {
    const auto refused = invalid("takes a duration such as 30s, 0.5s or 10m", text);
    if (text.empty() || text[0] < '0' || text[0] > '9') return refused;
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{}) return refused;
    const std::string_view unit(end, text.data() + text.size() - end);
    if (unit.empty() && number == 0) {
        value = Duration{0};
        return ok();
    }
    for (const auto& [name, length] : kDurationUnits) {
        if (name != unit) continue;
        const auto unit_ms = std::chrono::duration_cast<std::chrono::milliseconds>(length);
        const double milliseconds = number * static_cast<double>(unit_ms.count());
        if (milliseconds > kLongestMs || (number > 0 && milliseconds < 1)) return refused;
        value = std::chrono::milliseconds(std::llround(milliseconds));
        return ok();
    }
    return refused;
}

Status parse_value(std::string_view text, Bytes& value) {
    const auto refused = invalid("takes a size such as 8MiB or 64KiB", text);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return refused;
    const std::string_view unit(end, text.data() + text.size() - end);
    for (const auto& [name, size] : kByteUnits) {
        if (name != unit) continue;
        if (number > std::numeric_limits<std::int64_t>::max() / size) return refused;
        value = Bytes{number * size};
        return ok();
    }
    return refused;
}

Status parse_value(std::string_view text, bool& value) {
    return parse_word<bool>(text, value, kBooleans);
}
Status parse_value(std::string_view text, std::uint16_t& value) {
    return parse_number(text, value);
}
Status parse_value(std::string_view text, std::uint32_t& value) {
    return parse_number(text, value);
}
Status parse_value(std::string_view text, std::int64_t& value) {
    return parse_number(text, value);
}

Status parse_value(std::string_view text, std::string& value) {
    value = text;
    return ok();
}

Status parse_value(std::string_view text, std::vector<std::string>& value) {
    value.clear();
    for (auto element : split(text, ','))
        if (const auto word = trim(element); !word.empty()) value.emplace_back(word);
    return ok();
}

Status parse_value(std::string_view text, Mode& value) {
    return parse_word<Mode>(text, value, kModes);
}
Status parse_value(std::string_view text, Environment& value) {
    return parse_word<Environment>(text, value, kEnvironments);
}
Status parse_value(std::string_view text, Migrate& value) {
    return parse_word<Migrate>(text, value, kMigrates);
}
Status parse_value(std::string_view text, Tls& value) {
    return parse_word<Tls>(text, value, kTls);
}
Status parse_value(std::string_view text, LogLevel& value) {
    return parse_word<LogLevel>(text, value, kLogLevels);
}
Status parse_value(std::string_view text, LogFormat& value) {
    return parse_word<LogFormat>(text, value, kLogFormats);
}

std::string format_value(Duration value) {
    if (value == Duration{0}) return "0";
    for (const auto& [name, length] : kDurationUnits)
        if (value % length == Duration{0})
            return std::to_string(value / length) + std::string(name);
    return std::to_string(value / 1ms) + "ms";
}

std::string format_value(Bytes value) {
    if (value.value == 0) return "0";
    for (const auto& [name, size] : kByteUnits)
        if (value.value % size == 0) return std::to_string(value.value / size) + std::string(name);
    return std::to_string(value.value);
}

std::string format_value(bool value) {
    return value ? "true" : "false";
}
std::string format_value(std::int64_t value) {
    return std::to_string(value);
}
std::string format_value(const std::string& value) {
    return value;
}

std::string format_value(const std::vector<std::string>& value) {
    std::string text;
    for (const auto& element : value) {
        if (!text.empty()) text += ',';
        text += element;
    }
    return text;
}

std::string format_value(Mode value) {
    return format_word<Mode>(value, kModes);
}
std::string format_value(Environment value) {
    return format_word<Environment>(value, kEnvironments);
}
std::string format_value(Migrate value) {
    return format_word<Migrate>(value, kMigrates);
}
std::string format_value(Tls value) {
    return format_word<Tls>(value, kTls);
}
std::string format_value(LogLevel value) {
    return format_word<LogLevel>(value, kLogLevels);
}
std::string format_value(LogFormat value) {
    return format_word<LogFormat>(value, kLogFormats);
}

}  // namespace collab::config
