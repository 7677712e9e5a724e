// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace collab {
namespace {

constexpr const char* kText = "%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v";
constexpr const char* kJson =
    R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%v})";  // %v is quoted by log()

LogFormat format = LogFormat::text;

spdlog::level::level_enum native(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = spdlog::stderr_color_mt("collab");
        made->set_pattern(kText, spdlog::pattern_time_type::utc);
        return made;
    }();
    return *instance;
}

}  // namespace

void log(LogLevel level, std::string_view text) {
    if (!logger().should_log(native(level))) return;
    auto line = escape_control(text);
    if (format == LogFormat::json) line = nlohmann::json(std::move(line)).dump();
    logger().log(native(level), line);
}

void set_log_level(LogLevel level) {
    logger().set_level(native(level));
}

void set_log_format(LogFormat wanted) {
    format = wanted;
    logger().set_pattern(wanted == LogFormat::json ? kJson : kText, spdlog::pattern_time_type::utc);
}

}  // namespace collab
