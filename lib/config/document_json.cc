// SPDX-License-Identifier: Apache-2.0
#include "config/document_json.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <sstream>

namespace collab::config {
namespace {

constexpr std::size_t kLargestFile = 1024 * 1024;

}  // namespace

Result<std::string> toml_as_json(std::string_view path, std::string_view text) {
    if (text.size() > kLargestFile)
        return Error{ErrorCode::invalid, std::string(path) + ": longer than 1 MiB"};
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const auto& where = parsed.error().source().begin;
        return Error{ErrorCode::invalid, std::string(path) + ':' + std::to_string(where.line) +
                                             ':' + std::to_string(where.column) + ": " +
                                             std::string(parsed.error().description())};
    }
    std::ostringstream json;
    json << toml::json_formatter(parsed.table());
    return json.str();
}

}  // namespace collab::config
