// SPDX-License-Identifier: Apache-2.0
#include "config/document_json.h"

#include <sstream>

#include "config/toml_table.h"

namespace collab::config {

Result<std::string> toml_as_json(std::string_view path, std::string_view text) {
    COLLAB_TRY(const auto table, parse_toml(path, text));
    std::ostringstream json;
    json << toml::json_formatter(table);
    return json.str();
}

}  // namespace collab::config
