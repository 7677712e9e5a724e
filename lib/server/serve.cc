// SPDX-License-Identifier: Apache-2.0
#include "server/serve.h"

#include <cstdio>

#include "base/log.h"
#include "config/flags.h"
#include "config/load.h"
#include "config/show.h"
#include "db/database.h"
#include "schema/migrate_for_start.h"
#include "server/place.h"
#include "server/serving.h"
#include "server/settings_from_config.h"
#include "server/welcome.h"

namespace collab::server {
namespace {

using cli::ExitStatus;
using cli::Outcome;

Result<config::Loaded> load_config(const ServeOptions& options) {
    config::Sources sources;
    sources.flags = options.flags;
    sources.environment = config::process_environment();
    sources.mode = options.verb == "serve" ? config::Mode::cloud : config::Mode::local;
    std::string file = options.config_file;
    if (const auto found = sources.environment.find("COLLAB_CONFIG");
        file.empty() && found != sources.environment.end()) {
        file = found->second;
    }
    if (!file.empty()) {
        COLLAB_TRY(sources.files, config::read_files(file));
    }
    return config::load(sources);
}

Result<std::unique_ptr<db::Connection>> prepare_database(const db::Database& database,
                                                         const config::Config& config,
                                                         const Clock& clock) {
    COLLAB_TRY(auto connection, database.open());
    if (config.migrate == config::Migrate::off && !database.in_memory()) return connection;
    COLLAB_TRY(const auto report,
               schema::migrate_for_start(database, *connection,
                                         config.migrate == config::Migrate::automatic &&
                                             config.mode == config::Mode::local,
                                         clock));
    if (!report.applied.empty()) {
        log(LogLevel::info, "applied " + std::to_string(report.applied.size()) + " migrations to " +
                                database.display());
    }
    return connection;
}

Outcome run_server(const ServeOptions& options) {
    COLLAB_TRY(auto loaded, load_config(options));
    const auto config = loaded.config;
    set_log_format(config.log_format);
    set_log_level(config.log_level);
    for (const auto& note : loaded.notes) log(LogLevel::debug, note);
    if (config.mdns_enabled) {
        log(LogLevel::warning, "mdns_enabled: this version does not announce itself by mDNS");
    }
    const bool local = options.verb.empty();
    const std::string mode = local ? "all" : options.mode;
    COLLAB_TRY(auto application, application_settings(config, mode));
    const auto host = application.door.host_name;
    COLLAB_TRY(auto place, local ? local_place(config, host, SystemClock()) : cloud_place(config));
    COLLAB_TRY(auto database, db::Database::parse(place.database_url));
    COLLAB_TRY(auto connection, prepare_database(database, config, SystemClock()));
    const auto display = database.display();
    const auto state = place.state ? place.state->path() : std::string();
    const auto fingerprint = place.fingerprint;
    Serving serving({std::move(loaded), mode, std::move(place), std::move(database),
                     std::move(connection), [options] { return load_config(options); }},
                    std::move(application));
    return serving.run([&](const net::Server& server) {
        if (local) return print_welcome({host, state, fingerprint, server.ports(), config});
        log(LogLevel::info,
            "serving " + mode + " on " + config.listen.front() + " with " + display);
    });
}

Outcome show_config(const ServeOptions& options) {
    COLLAB_TRY(const auto loaded, load_config(options));
    const auto origin = options.show_origin ? config::Origin::show : config::Origin::hide;
    std::fputs(config::show(loaded, origin).c_str(), stdout);
    return ExitStatus::success;
}

}  // namespace

void declare_serve(cli::Command& command, ServeOptions& options) {
    command.option("-c,--config", options.config_file, "configuration file (TOML)");
    config::declare_flags(command, options.flags);
    auto serve = command.subcommand(
        "serve", "serve exactly what flags, environment and file say, as in the cloud");
    serve.choice("what", options.mode, {"api", "collab", "all"}, "which part to serve");
    auto config = command.subcommand("config", "look at the configuration");
    auto show = config.subcommand("show", "print every key with its value");
    show.flag("--origin", options.show_origin, "print where each value comes from");
    config.subcommand("check", "say whether the configuration can be used");
    command.verb(options.verb);
    command.examples({"collab-serve                        # on this machine and its network",
                      "DATABASE_URL=postgres://… collab-serve serve all",
                      "collab-serve config show --origin"});
}

cli::Outcome serve(const ServeOptions& options) {
    if (options.verb == "config show") return show_config(options);
    if (options.verb == "config check") {
        const auto loaded = load_config(options);
        if (loaded.ok()) return ExitStatus::success;
        return {ExitStatus::integrity, loaded.error()};
    }
    return run_server(options);
}

}  // namespace collab::server
