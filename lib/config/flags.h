// SPDX-License-Identifier: Apache-2.0
#pragma once

// The keys of the table as options of a command.

#include "cli/command.h"
#include "config/sources.h"

namespace collab::config {

// Declares an option for every key that has a flag; what is given goes to `values`, by the name of
// the key, for Sources::flags. A yes-or-no key takes --flag and --flag=off.
void declare_flags(cli::Command& command, Texts& values);

}  // namespace collab::config
