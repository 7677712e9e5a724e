// SPDX-License-Identifier: Apache-2.0
#pragma once

// Puts a configuration together: flag over environment over secret file and systemd credential
// over conf.d over the configuration file over the default. Remembers where each value came from.

#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "config/keys.h"
#include "config/sources.h"

namespace collab::config {

// Strongest first.
enum class Rank { flag, environment, credential, file, builtin };

struct Setting {
    const Key* key = nullptr;
    std::string value;  // as Config has it; of secrets too: see show()
    Rank rank = Rank::builtin;
    std::string origin;  // "--listen", "COLLAB_LISTEN", "collab.toml:3:1", "default"
};

struct Loaded {
    Config config;
    std::vector<Setting> settings;   // in the order of keys()
    std::vector<std::string> notes;  // for the log at debug level
};

// An empty variable counts as not set. Unknown COLLAB_ variables are noted, no more; unknown keys
// of a file are errors. Error invalid: a file, a value or a combination of values is wrong;
// errors of `sources.read` as they are.
Result<Loaded> load(const Sources& sources);

}  // namespace collab::config
