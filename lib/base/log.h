// SPDX-License-Identifier: Apache-2.0
#pragma once

// One log, to standard error. Library code below `server` does not log above debug. What came from
// outside is escaped here, so a line stays a line. Never tokens, codes or text of buffers.

#include <string_view>

namespace collab {

enum class LogLevel { debug, info, warning, error };

// text: a time, the level and the message. json: an object a line with `time`, `level`, `message`.
enum class LogFormat { text, json };

// Thread: any.
void log(LogLevel level, std::string_view text);
void set_log_level(LogLevel level);
// Before other threads log.
void set_log_format(LogFormat format);

}  // namespace collab
