// SPDX-License-Identifier: Apache-2.0
#include "cli/run.h"

#include <CLI/CLI.hpp>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/version.h"

namespace collab::cli {
namespace {

constexpr std::string_view kHintTag = "hint=";

std::string_view code_name(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
            return "invalid";
        case ErrorCode::conflict:
            return "conflict";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::denied:
            return "denied";
        case ErrorCode::too_many:
            return "too_many";
        case ErrorCode::unavailable:
            return "unavailable";
        case ErrorCode::internal:
            return "internal";
        case ErrorCode::unsupported:
            return "unsupported";
        default:
            return "refused";
    }
}

std::string error_json(const Outcome& outcome) {
    const Error& error = *outcome.error();
    nlohmann::ordered_json json;
    json["code"] = code_name(error.code);
    json["message"] = error.message;
    json["hint"] = nullptr;
    for (const auto& tag : error.tags)
        if (tag.starts_with(kHintTag)) json["hint"] = tag.substr(kHintTag.size());
    json["retryable"] =
        outcome.status() == ExitStatus::unreachable || outcome.status() == ExitStatus::busy;
    return nlohmann::ordered_json{{"error", json}}.dump(
        -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void report(const std::string& name, const Outcome& outcome, bool as_json) {
    std::string line = escape_control(outcome.error()->message);
    for (const auto& tag : outcome.error()->tags)
        if (tag.starts_with(kHintTag))
            line += " (" + escape_control(tag.substr(kHintTag.size())) + ")";
    std::fprintf(stderr, "%s: %s\n", name.c_str(), line.c_str());
    if (as_json) std::fprintf(stderr, "%s\n", error_json(outcome).c_str());
}

// The parser writes sentences; ours are phrases.
std::string usage_message(const CLI::ParseError& error) {
    std::string text = error.what();
    while (!text.empty() && (text.back() == '\n' || text.back() == '.')) text.pop_back();
    if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])))
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

std::string chosen_verb(const CLI::App& app) {
    std::string path;
    const CLI::App* at = &app;
    for (auto chosen = at->get_subcommands(); !chosen.empty(); chosen = at->get_subcommands()) {
        at = chosen.front();
        if (!path.empty()) path += ' ';
        path += at->get_name();
    }
    return path;
}

// The exit status if there is nothing more to do.
std::optional<ExitStatus> parse(CLI::App& app, const std::string& name, int argc, char** argv,
                                const Command::Common& common) {
    try {
        app.parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::CallForVersion&) {
        std::printf("%s %s\n", name.c_str(), std::string(version()).c_str());
        return ExitStatus::success;
    } catch (const CLI::Success&) {
        std::fputs(app.help().c_str(), stdout);
        return ExitStatus::success;
    } catch (const CLI::ParseError& error) {
        const Error usage{
            ErrorCode::invalid, usage_message(error), {"hint=see '" + name + " --help'"}};
        report(name, Outcome(ExitStatus::usage, usage), common.json);
        return ExitStatus::usage;
    }
}

int finish(const std::string& name, ExitStatus status, bool as_json) {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return static_cast<int>(status);
    report(name,
           Error{ErrorCode::internal,
                 "cannot write to standard output: " + std::string(std::strerror(errno))},
           as_json);
    return static_cast<int>(ExitStatus::failure);
}

}  // namespace

int run_command(const std::string& name, const std::string& summary, int argc, char** argv,
                const std::function<void(Command&)>& declare,
                const std::function<Outcome()>& work) {
    CLI::App app(summary, name);
    app.set_help_flag("-h,--help", "print this help and exit");
    app.set_version_flag("--version", std::string(version()), "print the version and exit");
    Command::Common common;
    Command command(app, common);
    declare(command);

    if (const auto done = parse(app, name, argc, argv, common)) return finish(name, *done, false);
    if (common.verb) *common.verb = chosen_verb(app);

    const Outcome outcome = work();
    if (outcome.error()) report(name, outcome, common.json);
    return finish(name, outcome.status(), common.json);
}

}  // namespace collab::cli
