// SPDX-License-Identifier: Apache-2.0
#include "config/toml_table.h"

#include <string>

#include "config/sources.h"

namespace collab::config {

Error error_at(std::string_view path, const toml::source_region& where, std::string_view message) {
    return {ErrorCode::invalid, std::string(path) + ':' + std::to_string(where.begin.line) + ':' +
                                    std::to_string(where.begin.column) + ": " +
                                    std::string(message)};
}

Result<toml::table> parse_toml(std::string_view path, std::string_view text) {
    if (text.size() > kLargestFile)
        return Error{ErrorCode::invalid, std::string(path) + ": longer than 1 MiB"};
    toml::parse_result parsed = toml::parse(text);
    if (!parsed) return error_at(path, parsed.error().source(), parsed.error().description());
    return std::move(parsed).table();
}

}  // namespace collab::config
