// SPDX-License-Identifier: Apache-2.0
#pragma once

// The work of collab-migrate(1); the manual page is its contract.

#include <iosfwd>
#include <span>
#include <string>

#include "base/clock.h"
#include "cli/exit_status.h"
#include "schema/migration.h"

namespace collab::migrate {

struct Options {
    std::string verb = {};             // up, status, plan, verify or wait
    std::string database_url = {};     // empty: from the environment
    std::string lock_timeout = "60s";  // up
    std::string timeout = "60s";       // wait
    bool json = false;
    bool quiet = false;      // no progress on standard error, and no table from status
    bool check = false;      // status: say by the exit status what is wrong
    bool dry_run = false;    // up: print the SQL, touch nothing
    bool no_backup = false;  // up on SQLite
};

// What the work sees of its surroundings.
struct Surroundings {
    std::ostream& out;
    std::ostream& err;
    const Clock& clock;
    // Replaces the migrations of this binary, for tests; empty: those of this binary.
    std::span<const schema::Migration> migrations = {};
};

// Blocks until done. Thread: any one.
cli::Outcome run(const Options& options, const Surroundings& surroundings);

// The same with standard output and error, the system's clock and this binary's migrations.
cli::Outcome run_here(const Options& options);

}  // namespace collab::migrate
