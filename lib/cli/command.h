// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a program or one of its verbs takes: options, arguments, further verbs. A main declares it,
// cli/run.h parses. Hides the parser, so that no other file needs its headers.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace collab::cli {

// A handle, cheap to copy. Targets must outlive the run; one that the command line does not name
// keeps its value. `names` are "-c,--config" or "--config".
class Command {
public:
    // Targets that the parser fills after it has read the whole line.
    struct Common {
        bool json = false;            // errors as JSON too
        std::string* verb = nullptr;  // the verb's full name
    };

    Command(CLI::App& app, Common& common) : app_(&app), common_(&common) {}

    void option(const std::string& names, std::string& target, const std::string& help);
    void option(const std::string& names, std::optional<std::string>& target,
                const std::string& help);
    void option(const std::string& names, std::int64_t& target, const std::string& help);
    // May be given several times.
    void option(const std::string& names, std::vector<std::string>& target,
                const std::string& help);
    // Calls `take` with each value given, in order.
    void option(const std::string& names, const std::function<void(const std::string&)>& take,
                const std::string& help);
    void required_option(const std::string& names, std::string& target, const std::string& help);

    void flag(const std::string& names, bool& target, const std::string& help);
    // Calls `take` with "true", or with what follows "=" as in --mdns=off.
    void flag(const std::string& names, std::function<void(const std::string&)> take,
              const std::string& help);
    // --json, which also makes run() report failures as JSON.
    void json_flag(bool& target);

    void argument(const std::string& name, std::string& target, const std::string& help);
    void optional_argument(const std::string& name, std::string& target, const std::string& help);
    // One of `words`.
    void choice(const std::string& name, std::string& target, std::vector<std::string> words,
                const std::string& help);

    // A verb of this command. Options of the command are accepted after it too.
    Command subcommand(const std::string& name, const std::string& help);
    // Where the name of the chosen verb goes ("up"; of nested ones "config show"); empty: none.
    void verb(std::string& target) { common_->verb = &target; }
    void require_verb();

    // Options declared from here on are listed under `heading` in the help.
    void section(std::string heading) { section_ = std::move(heading); }
    // Shown at the end of the help, one line each.
    void examples(const std::vector<std::string_view>& lines);

private:
    CLI::App* app_;
    Common* common_;
    std::string section_ = "Options";
};

}  // namespace collab::cli
