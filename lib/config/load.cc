// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "config/document.h"

namespace collab::config {
namespace {

struct Candidate {
    std::string value;
    Rank rank = Rank::builtin;
    std::string origin;
};
using Candidates = std::map<std::string, Candidate, std::less<>>;

// Variables of other programs of ours, and of the test harness.
constexpr std::array<std::string_view, 6> kOtherVariables = {
    "COLLAB_CONFIG", "COLLAB_PEERS",      "COLLAB_SERVER",
    "COLLAB_SOCKET", "COLLAB_TOKEN_FILE", "COLLAB_TEST_POSTGRES"};

Error unknown_key(const std::string& origin, std::string_view name) {
    Error error{ErrorCode::invalid, origin + ": unknown key '" + std::string(name) + "'"};
    if (const auto closest = closest_key(name); !closest.empty())
        error.tags.push_back("hint=did you mean '" + std::string(closest) + "'?");
    return error;
}

Result<Candidates> from_files(const std::vector<FileText>& files) {
    Candidates found;
    for (const auto& file : files) {
        COLLAB_TRY(auto entries, parse_document(file.path, file.text));
        for (auto& entry : entries) {
            std::string origin =
                file.path + ':' + std::to_string(entry.line) + ':' + std::to_string(entry.column);
            if (entry.name == "limits.") continue;  // an empty table of ours
            if (!find_key(entry.name)) return unknown_key(origin, entry.name);
            found.insert_or_assign(
                entry.name, Candidate{std::move(entry.value), Rank::file, std::move(origin)});
        }
    }
    return found;
}

std::optional<std::string> variable(const Sources& sources, std::string_view name) {
    const auto found = sources.environment.find(name);
    if (name.empty() || found == sources.environment.end() || found->second.empty())
        return std::nullopt;
    return found->second;
}

// Secret files often end with a line break that is no part of the secret.
Result<std::string> read_secret(const Sources& sources, const std::string& path) {
    COLLAB_TRY(auto text, sources.read(path));
    return std::string(trim(text));
}

std::string credential_name(std::string_view key) {
    std::string name(key);
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
}

Result<std::optional<Candidate>> from_secret_files(const Sources& sources, const Key& key) {
    if (key.secrecy != Secrecy::secret) return std::optional<Candidate>();
    for (auto name : {key.variable, key.alias}) {
        if (name.empty()) continue;
        const auto path = variable(sources, std::string(name) + "_FILE");
        if (!path) continue;
        COLLAB_TRY(auto secret, read_secret(sources, *path));
        return std::optional(
            Candidate{std::move(secret), Rank::credential, std::string(name) + "_FILE"});
    }
    const auto folder = variable(sources, "CREDENTIALS_DIRECTORY");
    if (!folder) return std::optional<Candidate>();
    const std::string name = credential_name(key.name);
    auto secret = read_secret(sources, *folder + "/" + name);
    if (!secret.ok() && secret.error().code == ErrorCode::not_found)
        return std::optional<Candidate>();
    COLLAB_TRY(auto value, std::move(secret));
    return std::optional(Candidate{std::move(value), Rank::credential, "credential " + name});
}

std::optional<Candidate> from_environment(const Sources& sources, const Key& key,
                                          std::vector<std::string>& notes) {
    for (auto name : {key.variable, key.alias}) {
        const auto value = variable(sources, name);
        if (!value) continue;
        if (name == key.alias)
            notes.push_back("taking '" + std::string(key.name) + "' from " + std::string(name));
        return Candidate{*value, Rank::environment, std::string(name)};
    }
    return std::nullopt;
}

Result<Candidate> choose(const Sources& sources, const Key& key, const Candidates& files,
                         std::vector<std::string>& notes) {
    if (const auto flag = sources.flags.find(key.name); flag != sources.flags.end())
        return Candidate{flag->second, Rank::flag, std::string(key.flag)};
    if (auto found = from_environment(sources, key, notes)) return *std::move(found);
    COLLAB_TRY(auto secret, from_secret_files(sources, key));
    if (secret) return *std::move(secret);
    if (const auto found = files.find(key.name); found != files.end()) return found->second;
    return Candidate{std::string(key.default_text), Rank::builtin, "default"};
}

Status set(Config& config, const Key& key, const Candidate& chosen) {
    auto status = key.set(config, chosen.value);
    if (status.ok()) return status;
    Error error = std::move(status).error();
    error.message = chosen.origin + ": '" + std::string(key.name) + "' " + error.message;
    return error;
}

void note_unknown_variables(const Sources& sources, std::vector<std::string>& notes) {
    const auto known = [](std::string_view name) {
        if (std::find(kOtherVariables.begin(), kOtherVariables.end(), name) !=
            kOtherVariables.end())
            return true;
        return std::any_of(keys().begin(), keys().end(), [&](const Key& key) {
            return name == key.variable ||
                   (key.secrecy == Secrecy::secret && name == std::string(key.variable) + "_FILE");
        });
    };
    for (const auto& [name, value] : sources.environment)
        if (name.starts_with("COLLAB_") && !known(name))
            notes.push_back("ignoring the unknown variable " + name);
}

Rank rank_of(const Loaded& loaded, std::string_view name) {
    for (const auto& setting : loaded.settings)
        if (setting.key->name == name) return setting.rank;
    return Rank::builtin;
}

// What follows from several settings together.
Status combine(Loaded& loaded) {
    Config& config = loaded.config;
    if (config.port != 0 && rank_of(loaded, "port") < rank_of(loaded, "listen"))
        config.listen = {"[::]:" + std::to_string(config.port)};
    if (!config.require_auth)
        return Error{ErrorCode::invalid,
                     "'require_auth' cannot be false: this version lets nobody in without a token"};
    if (config.tls_cert.empty() != config.tls_key.empty())
        return Error{ErrorCode::invalid, "'tls_cert' and 'tls_key' go together"};
    // SQLite belongs to one server, which may always bring it up to date; a PostgreSQL is shared.
    if (config.database_url.starts_with("sqlite:") && rank_of(loaded, "migrate") == Rank::builtin)
        config.migrate = Migrate::automatic;
    const bool own_certificate = !config.tls_cert.empty();
    if (config.mode == Mode::cloud && own_certificate && rank_of(loaded, "tls") == Rank::builtin)
        config.tls = Tls::only;
    if (config.mode == Mode::cloud && !own_certificate && config.tls != Tls::off)
        return Error{ErrorCode::invalid, "TLS in cloud mode needs 'tls_cert' and 'tls_key'"};
    return ok();
}

}  // namespace

Result<Loaded> load(const Sources& sources) {
    for (const auto& [name, value] : sources.flags)
        if (!find_key(name)) return unknown_key("command line", name);
    COLLAB_TRY(const auto files, from_files(sources.files));

    Loaded loaded;
    loaded.config.mode = sources.mode;
    for (const auto& key : keys()) {
        COLLAB_TRY(auto chosen, choose(sources, key, files, loaded.notes));
        if (chosen.rank == Rank::builtin) {
            if (key.name == "mode") chosen.value = key.get(loaded.config);
            // `mode` is the first key, so it is settled here.
            if (loaded.config.mode == Mode::cloud && !key.cloud_default.empty())
                chosen.value = key.cloud_default;
        }
        COLLAB_DO(set(loaded.config, key, chosen));
        loaded.settings.push_back({&key, {}, chosen.rank, std::move(chosen.origin)});
    }
    COLLAB_DO(combine(loaded));
    for (auto& setting : loaded.settings) setting.value = setting.key->get(loaded.config);
    note_unknown_variables(sources, loaded.notes);
    return loaded;
}

}  // namespace collab::config
