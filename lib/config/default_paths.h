// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a server in local mode keeps its things when nobody says so; other programs find them by
// the same rule.

#include <string>

#include "config/sources.h"

namespace collab::config {

// $COLLAB_STATE_DIR; else $XDG_STATE_HOME/collab; else /var/lib/collab for root and
// ~/.local/state/collab for everybody else.
std::string default_state_directory(const Texts& environment, bool root);

// The SQLite file in a state directory.
std::string database_in(const std::string& state_directory);

}  // namespace collab::config
