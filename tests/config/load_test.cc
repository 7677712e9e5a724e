// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/run.h"
#include "config/flags.h"
#include "config/show.h"

namespace collab::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Load : public ::testing::Test {
protected:
    Load() {
        sources_.read = [this](const std::string& path) -> Result<std::string> {
            const auto found = secrets_.find(path);
            if (found == secrets_.end()) return Error{ErrorCode::not_found, "no such file"};
            return found->second;
        };
    }

    void given_file(std::string text, std::string path = "c.toml") {
        sources_.files.push_back({std::move(path), std::move(text)});
    }

    Loaded loaded() {
        auto result = load(sources_);
        EXPECT_TRUE(result.ok()) << result.error().message;
        return std::move(result).value();
    }
    Config config() { return loaded().config; }

    Error refused() {
        const auto result = load(sources_);
        EXPECT_FALSE(result.ok());
        return result.ok() ? Error{} : result.error();
    }

    std::string origin(std::string_view name) {
        for (const auto& setting : loaded().settings)
            if (setting.key->name == name) return setting.origin;
        return "";
    }

    Sources sources_;
    Texts secrets_;
};

TEST_F(Load, NeedsNothing) {
    EXPECT_THAT(config().listen, ElementsAre("[::]:45454"));
    EXPECT_EQ(config().reconnect_timeout, 30s);
    EXPECT_EQ(origin("listen"), "default");
}

TEST_F(Load, TakesTheStrongestSource) {
    given_file("reconnect_timeout = '1s'");
    EXPECT_EQ(config().reconnect_timeout, 1s);
    EXPECT_EQ(origin("reconnect_timeout"), "c.toml:1:1");

    given_file("\nreconnect_timeout = '2s'", "conf.d/10.toml");
    EXPECT_EQ(config().reconnect_timeout, 2s);
    EXPECT_EQ(origin("reconnect_timeout"), "conf.d/10.toml:2:1");

    sources_.environment["COLLAB_RECONNECT_TIMEOUT"] = "0.5s";
    EXPECT_EQ(config().reconnect_timeout, 500ms);
    EXPECT_EQ(origin("reconnect_timeout"), "COLLAB_RECONNECT_TIMEOUT");

    sources_.flags["reconnect_timeout"] = "4s";
    EXPECT_EQ(config().reconnect_timeout, 4s);
    EXPECT_EQ(origin("reconnect_timeout"), "--reconnect-timeout");
}

TEST_F(Load, FindsASecretInTheWeakestPlaceToo) {
    given_file("api_token = 'from file'");
    sources_.environment["CREDENTIALS_DIRECTORY"] = "/run/credentials";
    EXPECT_EQ(config().api_token, "from file");

    secrets_["/run/credentials/api-token"] = "from credential\n";
    EXPECT_EQ(config().api_token, "from credential");
    EXPECT_EQ(origin("api_token"), "credential api-token");

    sources_.environment["API_TOKEN_FILE"] = "/secret";
    secrets_["/secret"] = "from named file\n";
    EXPECT_EQ(config().api_token, "from named file");

    sources_.environment["API_TOKEN"] = "from variable";
    EXPECT_EQ(config().api_token, "from variable");
}

TEST_F(Load, SaysThatASecretsFileIsMissing) {
    sources_.environment["COLLAB_API_TOKEN_FILE"] = "/nowhere";
    EXPECT_EQ(refused().code, ErrorCode::not_found);
}

TEST_F(Load, KnowsTheNamesOfZedsOwnServer) {
    sources_.environment = {{"HTTP_PORT", "8080"},           {"DATABASE_URL", "sqlite::memory:"},
                            {"API_TOKEN", "secret"},         {"ZED_ENVIRONMENT", "development"},
                            {"LIVEKIT_SERVER", "http://x/"}, {"LLM_API_SECRET", "llm"}};
    const auto result = loaded();
    EXPECT_THAT(result.config.listen, ElementsAre("[::]:8080"));
    EXPECT_EQ(result.config.database_url, "sqlite::memory:");
    EXPECT_EQ(result.config.environment, Environment::development);
    EXPECT_EQ(result.config.livekit_server, "http://x");
    EXPECT_THAT(result.notes, ::testing::Contains("taking 'port' from HTTP_PORT"));
}

TEST_F(Load, PrefersOurOwnNameToTheAlias) {
    sources_.environment = {{"HTTP_PORT", "1"}, {"COLLAB_PORT", "2"}};
    EXPECT_EQ(config().port, 2);
}

TEST_F(Load, ListensWhereTheStrongerOfPortAndListenSays) {
    given_file("listen = ['127.0.0.1:1']");
    EXPECT_THAT(config().listen, ElementsAre("127.0.0.1:1"));

    sources_.environment["HTTP_PORT"] = "2";
    EXPECT_THAT(config().listen, ElementsAre("[::]:2"));

    sources_.flags["listen"] = "127.0.0.1:3,[::1]:3";
    EXPECT_THAT(config().listen, ElementsAre("127.0.0.1:3", "[::1]:3"));
}

TEST_F(Load, TakesAnEmptyVariableAsNotSet) {
    sources_.environment["HTTP_PORT"] = "";
    EXPECT_EQ(origin("port"), "default");
}

TEST_F(Load, RefusesAnUnknownKeyAndGuessesWhatWasMeant) {
    given_file("mode = 'local'\nprot = 8080");
    const auto error = refused();
    EXPECT_EQ(error.message, "c.toml:2:1: unknown key 'prot'");
    EXPECT_THAT(error.tags, ElementsAre("hint=did you mean 'port'?"));
}

TEST_F(Load, RefusesAnUnknownTableEvenIfItIsEmpty) {
    given_file("[limits]\n[limitz]");
    EXPECT_THAT(refused().message, HasSubstr("unknown key 'limitz.'"));
}

TEST_F(Load, NotesAnUnknownVariableOnly) {
    sources_.environment = {
        {"COLLAB_PROT", "1"}, {"COLLAB_SOCKET", "x"}, {"HOME", "/"}, {"COLLAB_API_TOKEN_FILE", ""}};
    EXPECT_THAT(loaded().notes, ElementsAre("ignoring the unknown variable COLLAB_PROT"));
}

TEST_F(Load, SaysWhichSettingIsWrongAndWhere) {
    given_file("[limits]\nqueue_bytes = '8MB'");
    EXPECT_EQ(refused().message,
              "c.toml:2:1: 'limits.queue_bytes' takes a size such as 8MiB or 64KiB, not '8MB'");

    sources_.files.clear();
    sources_.environment["COLLAB_CLEANUP_TIMEOUT"] = "0s";
    EXPECT_EQ(refused().message,
              "COLLAB_CLEANUP_TIMEOUT: 'cleanup_timeout' takes more than 0, not '0s'");
}

TEST_F(Load, RefusesAddressesWithoutAPort) {
    for (const char* text : {"localhost", "::1:80", ":80", "127.0.0.1:70000", "127.0.0.1:", ","}) {
        sources_.flags["listen"] = text;
        EXPECT_THAT(refused().message, HasSubstr("takes a")) << text;
    }
}

TEST_F(Load, TakesUrlsWithAHostAndDropsTheirLastSlashes) {
    sources_.flags["public_url"] = "https://example.org//";
    EXPECT_EQ(config().public_url, "https://example.org");
    for (const char* text : {"https://", "http:///", "ftp://example.org", "example.org"}) {
        sources_.flags["public_url"] = text;
        EXPECT_THAT(refused().message, HasSubstr("takes an http or https url")) << text;
    }
}

TEST_F(Load, HasOtherDefaultsInCloudMode) {
    EXPECT_EQ(config().tls, Tls::both);
    EXPECT_EQ(config().migrate, Migrate::automatic);

    sources_.mode = Mode::cloud;
    EXPECT_EQ(config().mode, Mode::cloud);
    EXPECT_EQ(config().tls, Tls::off);
    EXPECT_EQ(config().migrate, Migrate::check);

    given_file("tls_cert = 'a.pem'\ntls_key = 'b.pem'");
    EXPECT_EQ(config().tls, Tls::only);

    sources_.environment["COLLAB_MODE"] = "local";
    EXPECT_EQ(config().tls, Tls::both);
}

TEST_F(Load, MigratesSqliteInCloudModeTooUnlessToldOtherwise) {
    sources_.mode = Mode::cloud;
    sources_.environment["DATABASE_URL"] = "sqlite:/tmp/x";
    EXPECT_EQ(config().migrate, Migrate::automatic);

    sources_.environment["DATABASE_URL"] = "postgres://h/d";
    EXPECT_EQ(config().migrate, Migrate::check);

    sources_.environment["DATABASE_URL"] = "sqlite:/tmp/x";
    sources_.flags["migrate"] = "off";
    EXPECT_EQ(config().migrate, Migrate::off);
}

TEST_F(Load, RefusesTlsWithoutACertificateWhereNobodyMakesOne) {
    sources_.mode = Mode::cloud;
    sources_.flags["tls"] = "only";
    EXPECT_THAT(refused().message, HasSubstr("needs 'tls_cert'"));

    given_file("tls_cert = 'a.pem'");
    EXPECT_THAT(refused().message, HasSubstr("go together"));
}

TEST_F(Load, RefusesToLetPeopleInWithoutAToken) {
    sources_.flags["require_auth"] = "off";
    EXPECT_THAT(refused().message, HasSubstr("nobody in without a token"));
}

TEST_F(Load, ShowsValuesAndOriginsButNoSecret) {
    sources_.environment = {{"API_TOKEN", "hush"}, {"DATABASE_URL", "postgres://u:hush@h/d"}};
    given_file("port = 8080");

    const auto text = show(loaded(), Origin::show);
    EXPECT_THAT(text, HasSubstr("port = 8080  # c.toml:1:1\n"));
    EXPECT_THAT(text, HasSubstr("listen = [::]:8080  # default\n"));
    EXPECT_THAT(text, HasSubstr("api_token = (set)  # API_TOKEN\n"));
    EXPECT_THAT(text, HasSubstr("livekit_secret = (not set)  # default\n"));
    EXPECT_THAT(text, Not(HasSubstr("hush")));
    EXPECT_THAT(show(loaded(), Origin::hide), HasSubstr("port = 8080\n"));
}

TEST_F(Load, TellsWhatAReloadChangesAndWhatNeedsARestart) {
    const auto before = loaded();
    given_file("public_url = 'https://example.org'\nport = 8080");
    const auto changed = changes(before, loaded());

    EXPECT_THAT(changed.applied, ElementsAre("public_url"));
    EXPECT_THAT(changed.need_restart, ElementsAre("listen", "port"));
}

TEST_F(Load, TakesOverWhatCountsAtOnceAndNoMore) {
    auto running = loaded();
    given_file("public_url = 'https://example.org'\nport = 8080\nlimits.note_operation = '2KiB'");
    const auto next = loaded();
    take_over(running, next);

    EXPECT_EQ(running.config.public_url, "https://example.org");
    EXPECT_EQ(running.config.limits.note_operation.value, 2048u);
    EXPECT_EQ(running.config.port, 0);
    EXPECT_THAT(changes(running, next).applied, ElementsAre());
    EXPECT_THAT(changes(running, next).need_restart, ElementsAre("listen", "port"));
}

TEST_F(Load, TakesItsFlagsFromACommandLine) {
    std::string words[] = {"p", "--port", "8080", "--insecure-http=off", "--require-auth"};
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    cli::run_command(
        "p", "", static_cast<int>(argv.size()), argv.data(),
        [this](cli::Command& command) { declare_flags(command, sources_.flags); },
        [] { return cli::ExitStatus::success; });

    EXPECT_EQ(config().port, 8080);
    EXPECT_FALSE(config().insecure_http);
    EXPECT_TRUE(config().require_auth);
    EXPECT_EQ(sources_.flags.size(), 3u);
}

TEST(ReadFiles, FindsTheFileAndConfDInOrder) {
    std::string name = std::filesystem::temp_directory_path() / "collab-config-XXXXXX";
    const std::filesystem::path folder = ::mkdtemp(name.data());
    std::filesystem::create_directory(folder / "conf.d");
    const auto write = [&](const char* file, const char* text) {
        std::ofstream(folder / file) << text;
    };
    write("collab.toml", "one");
    write("conf.d/20.toml", "three");
    write("conf.d/10.toml", "two");
    write("conf.d/10.toml~", "not this");

    const auto files = read_files((folder / "collab.toml").string());
    ASSERT_TRUE(files.ok());
    std::vector<std::string> texts;
    for (const auto& file : *files) texts.push_back(file.text);
    EXPECT_THAT(texts, ElementsAre("one", "two", "three"));

    EXPECT_EQ(read_files((folder / "missing.toml").string()).error().code, ErrorCode::not_found);
    EXPECT_EQ(read_file(folder.string()).error().code, ErrorCode::unavailable);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace collab::config
