// SPDX-License-Identifier: Apache-2.0
#include "cli/run.h"
#include "migrate/migrate.h"

namespace {

using collab::cli::Command;
using collab::migrate::Options;

void declare(Command& command, Options& options) {
    command.option("-d,--database-url", options.database_url,
                   "the database, instead of COLLAB_DATABASE_URL or DATABASE_URL");
    command.json_flag(options.json);
    command.flag("-q,--quiet", options.quiet, "no progress, and no table from status");
    command.verb(options.verb);
    command.require_verb();

    auto up = command.subcommand("up", "apply what is pending");
    up.option("--lock-timeout", options.lock_timeout, "how long to wait for another migration");
    up.flag("-n,--dry-run", options.dry_run, "print the SQL, change nothing");
    up.flag("--no-backup", options.no_backup, "do not copy a SQLite file before changing it");
    auto status = command.subcommand("status", "list all migrations and their states");
    status.flag("--check", options.check, "exit 3 if pending, 6 if changed, 8 if newer");
    command.subcommand("plan", "list what 'up' would apply");
    command.subcommand("verify", "compare what was applied with what this program carries");
    auto wait = command.subcommand("wait", "wait until the database answers");
    wait.option("--timeout", options.timeout, "how long");

    command.examples({"collab-migrate up --database-url sqlite:/var/lib/collab/collab.db",
                      "collab-migrate wait && collab-migrate up",
                      "collab-migrate status --check --quiet",
                      "collab-migrate up --dry-run | psql -v ON_ERROR_STOP=1 \"$DATABASE_URL\""});
}

}  // namespace

int main(int argc, char** argv) {
    return collab::cli::run("collab-migrate", "Bring a collab database to this program's schema",
                            argc, argv, declare, collab::migrate::run_here);
}
