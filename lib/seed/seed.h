// SPDX-License-Identifier: Apache-2.0
#pragma once

// The work of collab-seed(1); the manual page is its contract.

#include <iosfwd>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "cli/exit_status.h"
#include "config/sources.h"

namespace collab::seed {

struct Options {
    std::string verb = {};          // apply or user
    std::string database_url = {};  // empty: from the environment, else that of local mode
    std::string file = {};          // apply
    std::string name = {};          // user
    bool json = false;
    bool quiet = false;    // nothing on standard error but errors
    bool dry_run = false;  // apply: say what would change
    bool check = false;    // apply: the same, and say by the exit status whether anything would
    bool admin = false;    // user
    bool token = false;    // user: make an access token and print it
};

// What the work sees of its surroundings.
struct Surroundings {
    std::ostream& out;
    std::ostream& err;
    const Clock& clock;
    Random& random;
    config::Texts environment = {};
    bool root = false;
};

// Blocks until done; changes the database wholly or not at all. Thread: any one.
cli::Outcome run(const Options& options, const Surroundings& surroundings);

// The same with what this process has of all that.
cli::Outcome run_here(const Options& options);

}  // namespace collab::seed
