// SPDX-License-Identifier: Apache-2.0
#pragma once

// The frame of every program: reads the command line, does the work, reports how it ended.

#include <functional>
#include <string>

#include "cli/command.h"
#include "cli/exit_status.h"

namespace collab::cli {

// Parses what `declare` declares, then returns the exit status of `work`. --help and --version
// (one line) go to standard output; a wrong command line ends with a hint and ExitStatus::usage
// before `work` is called. A failure is one line on standard error, "name: message", with --json
// followed by {"error":{"code","message","hint","retryable"}}. Fails too when what was printed
// could not be written. Thread: main.
int run_command(const std::string& name, const std::string& summary, int argc, char** argv,
                const std::function<void(Command&)>& declare, const std::function<Outcome()>& work);

// The usual main: run("collab-seed", "Fill a ...", argc, argv, declare, collab::seed) with
//   void declare(cli::Command&, SeedOptions&)
//   Outcome, Status or ExitStatus seed(const SeedOptions&)
template <class Options, class Work>
int run(const std::string& name, const std::string& summary, int argc, char** argv,
        void (*declare)(Command&, Options&), Work work) {
    Options options;
    return run_command(
        name, summary, argc, argv, [&](Command& command) { declare(command, options); },
        [&]() -> Outcome { return work(options); });
}

}  // namespace collab::cli
