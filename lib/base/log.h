// SPDX-License-Identifier: Apache-2.0
#pragma once

// One log, to standard error. Library code below `server` does not log above debug. What came from
// outside is escaped here, so a line stays a line. Never tokens, codes or text of buffers.

#include <string_view>

namespace collab {

enum class LogLevel { debug, info, warning, error };

// Thread: any.
void log(LogLevel level, std::string_view text);
void set_log_level(LogLevel level);
bool log_enabled(LogLevel level);

}  // namespace collab
