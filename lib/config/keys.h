// SPDX-License-Identifier: Apache-2.0
#pragma once

// The table of everything that can be configured: it feeds the loader, --help, config show and the
// check of the man pages.

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/config.h"

namespace collab::config {

enum class Reload { yes, restart };

// Who may see a value, and whence it may come. A secret is never shown, may be named by a file
// (<variable>_FILE) and be a systemd credential of the key's name with dashes ("api-token").
enum class Secrecy { open, secret };

// Whether the key is a yes or no, which on the command line needs no value.
enum class Shape { value, yes_or_no };

struct Key {
    std::string_view name;           // in the file; "limits.x" stands in the table [limits]
    std::string_view flag;           // "--listen", or empty: not on the command line
    std::string_view variable;       // "COLLAB_LISTEN"
    std::string_view alias;          // the variable that Zed's own server has for it, or empty
    std::string_view default_text;   // as parse_value() takes it
    std::string_view cloud_default;  // in cloud mode; empty: the same
    Reload reload;                   // whether a changed value counts at once on SIGHUP
    Secrecy secrecy;
    Shape shape;
    std::string_view help;

    // Error invalid: not a value for this key; the message does not name the key.
    Status (*set)(Config&, std::string_view text);
    std::string (*get)(const Config&);
};

// In the order in which people see them.
std::span<const Key> keys();

// Null: there is no such key.
const Key* find_key(std::string_view name);

// The name that a mistyped one most likely means, or empty.
std::string_view closest_key(std::string_view name);

}  // namespace collab::config
