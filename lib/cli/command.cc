// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <CLI/CLI.hpp>

namespace collab::cli {

void Command::option(const std::string& names, std::string& target, const std::string& help) {
    app_->add_option(names, target, help)->group(section_);
}

void Command::option(const std::string& names, std::optional<std::string>& target,
                     const std::string& help) {
    option(
        names, [&target](const std::string& value) { target = value; }, help);
}

void Command::option(const std::string& names, std::int64_t& target, const std::string& help) {
    app_->add_option(names, target, help)->group(section_);
}

void Command::option(const std::string& names, std::vector<std::string>& target,
                     const std::string& help) {
    // One value each time: the parser's own vectors would swallow the arguments that follow.
    option(
        names, [&target](const std::string& value) { target.push_back(value); }, help);
}

void Command::option(const std::string& names, const std::function<void(const std::string&)>& take,
                     const std::string& help) {
    app_->add_option_function<std::string>(names, take, help)->trigger_on_parse()->group(section_);
}

void Command::required_option(const std::string& names, std::string& target,
                              const std::string& help) {
    app_->add_option(names, target, help)->required()->group(section_);
}

void Command::flag(const std::string& names, bool& target, const std::string& help) {
    app_->add_flag(names, target, help)->group(section_);
}

void Command::flag(const std::string& names, std::function<void(const std::string&)> take,
                   const std::string& help) {
    app_->add_flag(names, help)->each(std::move(take))->group(section_);
}

void Command::json_flag(bool& target) {
    flag(
        "--json",
        [&target, common = common_](const std::string& value) {
            target = common->json = value == "true";
        },
        "print JSON");
}

void Command::argument(const std::string& name, std::string& target, const std::string& help) {
    app_->add_option(name, target, help)->required();
}

void Command::optional_argument(const std::string& name, std::string& target,
                                const std::string& help) {
    app_->add_option(name, target, help);
}

void Command::choice(const std::string& name, std::string& target, std::vector<std::string> words,
                     const std::string& help) {
    app_->add_option(name, target, help)->required()->check(CLI::IsMember(std::move(words)));
}

Command Command::subcommand(const std::string& name, const std::string& help) {
    return {*app_->add_subcommand(name, help)->fallthrough(), *common_};
}

void Command::require_verb() {
    app_->require_subcommand(1);
}

void Command::examples(const std::vector<std::string_view>& lines) {
    std::string text = "Examples:";
    for (auto line : lines) text.append("\n  ").append(line);
    app_->footer(text);
}

}  // namespace collab::cli
