// SPDX-License-Identifier: Apache-2.0
#include "migrate/duration_text.h"

#include <charconv>

namespace collab::migrate {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    constexpr double kDay = 24.0 * 60 * 60 * 1000;
    double number = 0;
    const auto [end, failed] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (failed != std::errc{}) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    double unit = 0;
    if (text == "ms") unit = 1;
    if (text == "s") unit = 1000;
    if (text == "m") unit = 60 * 1000;
    if (text == "h") unit = 60 * 60 * 1000;
    const double total = number * unit;
    if (unit == 0 || !(total >= 0 && total <= kDay)) return {};
    return std::chrono::milliseconds(static_cast<std::int64_t>(total));
}

}  // namespace collab::migrate
