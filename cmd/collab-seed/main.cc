// SPDX-License-Identifier: Apache-2.0
#include "cli/run.h"
#include "seed/seed.h"

namespace {

using collab::cli::Command;
using collab::seed::Options;

void declare(Command& command, Options& options) {
    command.option("-d,--database-url", options.database_url,
                   "the database, instead of COLLAB_DATABASE_URL, DATABASE_URL or that of local "
                   "mode");
    command.json_flag(options.json);
    command.flag("-q,--quiet", options.quiet, "print nothing but the answer and errors");
    command.verb(options.verb);
    command.require_verb();

    auto apply = command.subcommand("apply", "bring users and channels to what a file says");
    apply.argument("file", options.file, "TOML, or JSON as Zed's own server takes it");
    apply.flag("-n,--dry-run", options.dry_run, "print what would change, change nothing");
    apply.flag("--check", options.check, "the same, and exit 3 if anything would change");
    auto user = command.subcommand("user", "make sure that a user exists");
    user.argument("name", options.name, "login");
    user.flag("--admin", options.admin, "make the user an admin of the server");
    user.flag("--token", options.token, "make an access token; print the user's id and the token");

    command.examples({"collab-seed apply team.toml",
                      "collab-seed apply --check team.toml || echo 'not as the file says'",
                      "collab-seed user ana --admin --token"});
}

}  // namespace

int main(int argc, char** argv) {
    return collab::cli::run("collab-seed", "Fill a collab database with first users and channels",
                            argc, argv, declare, collab::seed::run_here);
}
