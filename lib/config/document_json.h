// SPDX-License-Identifier: Apache-2.0
#pragma once

// A TOML file of any shape as JSON text, for layers that read more than settings: they parse both
// forms with one reader. Settings themselves are read by document.h.

#include <string>
#include <string_view>

#include "base/result.h"

namespace collab::config {

// The document as one JSON object; dates become texts. Error invalid, as
// "path:line:column: message": not TOML, or longer than 1 MiB.
Result<std::string> toml_as_json(std::string_view path, std::string_view text);

}  // namespace collab::config
