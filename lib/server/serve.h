// SPDX-License-Identifier: Apache-2.0
#pragma once

// The program collab-serve: puts the stack of services together and runs it until a signal.

#include <string>

#include "cli/command.h"
#include "cli/exit_status.h"
#include "config/sources.h"

namespace collab::server {

// Empty verb: local mode. Else "api", "collab" or "all": exactly what flags, environment and file
// say, no state directory (decisions 18).
struct ServeOptions {
    std::string verb;
    std::string mode = "all";
    std::string config_file;
    bool show_origin = false;
    config::Texts flags;
};

void declare_serve(cli::Command& command, ServeOptions& options);

// Runs the verb; for the server until SIGTERM or SIGINT.
cli::Outcome serve(const ServeOptions& options);

}  // namespace collab::server
