// SPDX-License-Identifier: Apache-2.0
#include "cli/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/version.h"

namespace collab::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Options {
    std::string config = "collab.toml";
    std::vector<std::string> listen;
    std::int64_t limit = 10;
    bool dry_run = false;
    bool json = false;
    std::string mdns;
    std::string file;
    std::string mode;
    std::string verb;
};

// Runs a program with two verbs, and keeps what it took and what it said.
class Program : public ::testing::Test {
protected:
    int run(std::vector<std::string> words) {
        words.insert(words.begin(), "collab-demo");
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);

        ::testing::internal::CaptureStdout();
        ::testing::internal::CaptureStderr();
        const int status = run_command(
            "collab-demo", "Show how programs behave", static_cast<int>(words.size()), argv.data(),
            [this](Command& command) { declare(command); },
            [this] {
                worked_ = true;
                return outcome_;
            });
        out_ = ::testing::internal::GetCapturedStdout();
        err_ = ::testing::internal::GetCapturedStderr();
        return status;
    }

    void declare(Command& command) {
        command.option("-c,--config", options_.config, "the configuration");
        command.option("--listen", options_.listen, "an address");
        command.option("--limit", options_.limit, "at most so many");
        command.flag("-n,--dry-run", options_.dry_run, "change nothing");
        command.flag(
            "--mdns", [this](const std::string& value) { options_.mdns = value; }, "announce");
        command.json_flag(options_.json);
        command.verb(options_.verb);
        command.subcommand("apply", "apply a file").argument("file", options_.file, "the file");
        auto config = command.subcommand("config", "about the configuration");
        config.subcommand("show", "print it");
        command.subcommand("serve", "serve").choice("mode", options_.mode, {"api", "all"}, "what");
        command.examples({"collab-demo apply demo.toml"});
    }

    Options options_;
    Outcome outcome_ = ExitStatus::success;
    bool worked_ = false;
    std::string out_, err_;
};

TEST_F(Program, TakesOptionsBeforeAndAfterTheVerb) {
    EXPECT_EQ(run({"-c", "a.toml", "--listen", "[::]:1", "apply", "demo.toml", "--listen=[::]:2",
                   "-n", "--limit", "7"}),
              0);
    EXPECT_EQ(options_.verb, "apply");
    EXPECT_EQ(options_.file, "demo.toml");
    EXPECT_EQ(options_.config, "a.toml");
    EXPECT_THAT(options_.listen, ElementsAre("[::]:1", "[::]:2"));
    EXPECT_EQ(options_.limit, 7);
    EXPECT_TRUE(options_.dry_run);
}

TEST_F(Program, KeepsDefaultsAndNamesNoVerbWhenNothingIsGiven) {
    EXPECT_EQ(run({}), 0);
    EXPECT_EQ(options_.config, "collab.toml");
    EXPECT_EQ(options_.verb, "");
    EXPECT_TRUE(worked_);
}

TEST_F(Program, NamesNestedVerbsInFull) {
    EXPECT_EQ(run({"config", "show"}), 0);
    EXPECT_EQ(options_.verb, "config show");
}

TEST_F(Program, GivesAFlagTheValueAfterItsEqualsSign) {
    run({"--mdns"});
    EXPECT_EQ(options_.mdns, "true");
    run({"--mdns=off"});
    EXPECT_EQ(options_.mdns, "off");
}

TEST_F(Program, PrintsItsVersionInOneLine) {
    EXPECT_EQ(run({"--version"}), 0);
    EXPECT_EQ(out_, "collab-demo " + std::string(version()) + "\n");
    EXPECT_FALSE(worked_);
}

TEST_F(Program, PrintsHelpToStandardOutput) {
    EXPECT_EQ(run({"--help"}), 0);
    EXPECT_THAT(out_, HasSubstr("Show how programs behave"));
    EXPECT_THAT(out_, HasSubstr("--dry-run"));
    EXPECT_THAT(out_, HasSubstr("collab-demo apply demo.toml"));
    EXPECT_EQ(err_, "");
    EXPECT_FALSE(worked_);
}

TEST_F(Program, HelpsWithAVerbByItself) {
    EXPECT_EQ(run({"apply", "-h"}), 0);
    EXPECT_THAT(out_, HasSubstr("apply a file"));
}

TEST_F(Program, RefusesAWrongCommandLineWithStatus2) {
    for (std::vector<std::string> words : {std::vector<std::string>{"--colour"},
                                           {"apply"},
                                           {"apply", "a", "b"},
                                           {"frobnicate"},
                                           {"serve", "everything"},
                                           {"--limit", "many"},
                                           {"--config"}}) {
        EXPECT_EQ(run(words), 2) << words.front();
        EXPECT_THAT(err_, StartsWith("collab-demo: "));
        EXPECT_THAT(err_, EndsWith(" (see 'collab-demo --help')\n"));
        EXPECT_EQ(out_, "");
    }
    EXPECT_FALSE(worked_);
}

TEST_F(Program, TakesNoAbbreviatedOptions) {
    EXPECT_EQ(run({"--dry"}), 2);
    EXPECT_EQ(run({"--conf", "x"}), 2);
}

TEST_F(Program, ReportsAFailureInOneLine) {
    outcome_ = Error{ErrorCode::not_found, "no such file: 'a\nb'"};

    EXPECT_EQ(run({}), 1);
    EXPECT_EQ(err_, "collab-demo: no such file: 'a\\x0ab'\n");
}

TEST_F(Program, AddsTheHintThatAnErrorCarries) {
    outcome_ = Error{ErrorCode::unavailable, "cannot reach server", {"hint=is it running?"}};

    EXPECT_EQ(run({}), 5);
    EXPECT_EQ(err_, "collab-demo: cannot reach server (is it running?)\n");
}

TEST_F(Program, ReportsAFailureAsJsonWhenAsked) {
    outcome_ = Error{ErrorCode::unavailable, "cannot reach server", {"hint=is it running?"}};

    EXPECT_EQ(run({"--json"}), 5);
    EXPECT_TRUE(options_.json);
    EXPECT_EQ(out_, "");
    EXPECT_EQ(nlohmann::json::parse(err_.substr(err_.find('\n'))), nlohmann::json::parse(R"(
        {"error": {"code": "unavailable", "message": "cannot reach server",
                   "hint": "is it running?", "retryable": true}})"));
}

TEST_F(Program, EndsWithTheStatusThatItsWorkNames) {
    outcome_ = ExitStatus::negative;
    EXPECT_EQ(run({}), 3);
    EXPECT_EQ(err_, "");

    outcome_ = Outcome(ExitStatus::usage, Error{ErrorCode::invalid, "unknown key 'prot'"});
    EXPECT_EQ(run({}), 2);
    EXPECT_EQ(err_, "collab-demo: unknown key 'prot'\n");
}

TEST(ExitStatusOf, TellsWhetherTryingAgainMayHelp) {
    EXPECT_EQ(exit_status_of(ErrorCode::denied), ExitStatus::denied);
    EXPECT_EQ(exit_status_of(ErrorCode::unavailable), ExitStatus::unreachable);
    EXPECT_EQ(exit_status_of(ErrorCode::too_many), ExitStatus::busy);
    EXPECT_EQ(exit_status_of(ErrorCode::unsupported), ExitStatus::version_mismatch);
    EXPECT_EQ(exit_status_of(ErrorCode::internal), ExitStatus::failure);
}

void declare_count(Command& command, Options& options) {
    command.option("--limit", options.limit, "at most so many");
}

Status refuse_three(const Options& options) {
    if (options.limit == 3) return Error{ErrorCode::invalid, "three is too many"};
    return ok();
}

TEST(Run, TurnsTheStatusOfAnOrdinaryFunctionIntoAnExitStatus) {
    char program[] = "p", limit[] = "--limit", three[] = "3";
    char* argv[] = {program, limit, three, nullptr};

    EXPECT_EQ(cli::run("p", "Count", 1, argv, declare_count, refuse_three), 0);
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(cli::run("p", "Count", 3, argv, declare_count, refuse_three), 1);
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "p: three is too many\n");
}

}  // namespace
}  // namespace collab::cli
