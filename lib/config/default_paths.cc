// SPDX-License-Identifier: Apache-2.0
#include "config/default_paths.h"

namespace collab::config {

std::string default_state_directory(const Texts& environment, bool root) {
    const auto value = [&](std::string_view name) {
        const auto found = environment.find(name);
        return found == environment.end() ? std::string() : found->second;
    };
    if (auto named = value("COLLAB_STATE_DIR"); !named.empty()) return named;
    if (const auto state = value("XDG_STATE_HOME"); !state.empty()) return state + "/collab";
    if (root) return "/var/lib/collab";
    return value("HOME") + "/.local/state/collab";
}

std::string database_in(const std::string& state_directory) {
    return state_directory + "/collab.sqlite3";
}

}  // namespace collab::config
