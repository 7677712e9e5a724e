// SPDX-License-Identifier: Apache-2.0
#include "server/serve.h"

#include <systemd/sd-daemon.h>

#include <csignal>
#include <cstdio>
#include <optional>

#include "base/log.h"
#include "config/flags.h"
#include "config/load.h"
#include "config/show.h"
#include "db/database.h"
#include "net/thread_executor.h"
#include "schema/migrate_for_start.h"
#include "server/application.h"
#include "server/settings_from_config.h"
#include "server/state_directory.h"
#include "server/tls_identity.h"
#include "server/welcome.h"

namespace collab::server {
namespace {

using cli::ExitStatus;
using cli::Outcome;

// How long a stopping server waits for its clients to take what is queued for them.
constexpr Duration kDrain = std::chrono::seconds(3);

Result<config::Loaded> load_config(const ServeOptions& options) {
    config::Sources sources;
    sources.flags = options.flags;
    sources.environment = config::process_environment();
    sources.mode = options.verb.empty() ? config::Mode::local : config::Mode::cloud;
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

// What differs between local mode and `serve`: where things are and how they are found.
struct Place {
    std::optional<StateDirectory> state;
    std::string database_url;
    net::ServerOptions net;
    std::string fingerprint;
};

Status local_place(const config::Config& config, const std::string& host, const Clock& clock,
                   Place& place) {
    COLLAB_TRY(place.state,
               StateDirectory::open(config.state_dir.empty() ? default_state_directory()
                                                             : config.state_dir));
    if (place.database_url.empty()) {
        place.database_url = "sqlite:" + place.state->file("collab.sqlite3");
    }
    const auto sockets = config.socket_dir.empty() ? default_socket_directory() : config.socket_dir;
    place.net.unix_sockets.push_back({sockets + "/rpc.sock", 0660});
    if (config.tls == config::Tls::off) return ok();
    COLLAB_TRY(const auto identity,
               load_or_make_identity(*place.state, {host, host + ".local", "localhost"},
                                     clock.wall_now()));
    place.net.certificate_pem = identity.certificate_pem;
    place.net.private_key_pem = identity.key_pem;
    place.fingerprint = identity.fingerprint;
    place.net.tls = config.tls == config::Tls::only ? net::TlsMode::only : net::TlsMode::both;
    return ok();
}

Status cloud_place(const config::Config& config, Place& place) {
    if (place.database_url.empty()) {
        return Error{ErrorCode::invalid,
                     "no database: set DATABASE_URL, for example postgres://… or "
                     "sqlite:///var/lib/collab/collab.sqlite3?mode=rwc"};
    }
    if (!config.socket_dir.empty()) {
        place.net.unix_sockets.push_back({config.socket_dir + "/rpc.sock", 0660});
    }
    if (config.tls_cert.empty()) return ok();
    COLLAB_TRY(place.net.certificate_pem, config::read_file(config.tls_cert));
    COLLAB_TRY(place.net.private_key_pem, config::read_file(config.tls_key));
    place.net.tls = config.tls == config::Tls::both ? net::TlsMode::both : net::TlsMode::only;
    return ok();
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

// The running server: a column of services in the order in which they need each other.
class Serving {
public:
    Serving(const config::Config& config, const db::Database& database,
            std::unique_ptr<db::Connection> connection, ApplicationSettings application)
        : executor_(loop_, config.readers),
          first_(std::move(connection)),
          core_(executor_, random_, core_settings(config), writer_source(database),
                reader_source(database)),
          application_(core_, with_draining(std::move(application))) {}

    Outcome run(net::ServerOptions options, const std::function<void(const net::Server&)>& greet) {
        auto server = net::Server::start(loop_, application_, std::move(options));
        if (!server.ok()) {
            auto error = std::move(server).error();
            return {error.code == ErrorCode::unavailable ? ExitStatus::unreachable
                                                         : cli::exit_status_of(error.code),
                    std::move(error)};
        }
        server_ = std::move(server).value();
        application_.set_counters([this] { return server_->counters(); });
        for (const int signal : {SIGTERM, SIGINT}) loop_.on_signal(signal, [this] { stop(); });
        core_.start([this, greet](Status status) {
            if (!status.ok()) {
                failure_ = std::move(status).error();
                return loop_.stop();
            }
            ::sd_notify(0, "READY=1");
            greet(*server_);
        });
        loop_.run();
        core_.stop();
        server_.reset();
        executor_.shutdown();
        if (failure_) return *failure_;
        return ExitStatus::success;
    }

private:
    rpc::Writer::Connect writer_source(const db::Database& database) {
        return [this, database]() -> Result<std::unique_ptr<db::Connection>> {
            if (first_) return std::move(first_);
            if (database.in_memory()) {
                return Error{ErrorCode::unavailable, "the database in memory is gone"};
            }
            return database.open();
        };
    }

    static rpc::Writer::Connect reader_source(const db::Database& database) {
        if (database.in_memory()) return {};
        return [database] { return database.open_reader(); };
    }

    ApplicationSettings with_draining(ApplicationSettings settings) {
        settings.draining = &draining_;
        return settings;
    }

    // Silent towards rooms: clients rejoin the next process (spec 1, 2.8). A second signal ends
    // it now.
    void stop() {
        if (std::exchange(draining_, true)) return loop_.stop();
        ::sd_notify(0, "STOPPING=1");
        log(LogLevel::info, "stopping");
        core_.stop();
        server_->stop_listening();
        server_->close_sockets(net::CloseCode::service_restart, "the server restarts");
        loop_.after(kDrain, [this] { loop_.stop(); });
        stop_when_empty();
    }

    void stop_when_empty() {
        if (server_->counters().open_sockets == 0) return loop_.stop();
        loop_.after(std::chrono::milliseconds(20), [this] { stop_when_empty(); });
    }

    SystemRandom random_;
    net::Loop loop_;
    net::ThreadExecutor executor_;
    std::unique_ptr<db::Connection> first_;  // what the writer starts with
    bool draining_ = false;
    Core core_;
    Application application_;
    std::unique_ptr<net::Server> server_;
    std::optional<Error> failure_;
};

Outcome run_server(const ServeOptions& options) {
    COLLAB_TRY(const auto loaded, load_config(options));
    const auto& config = loaded.config;
    set_log_level(config.log_level);
    for (const auto& note : loaded.notes) log(LogLevel::debug, note);
    const bool local = options.verb.empty();
    const SystemClock clock;
    COLLAB_TRY(auto application, application_settings(config, local ? "all" : options.mode));
    Place place;
    place.database_url = config.database_url;
    place.net = net_options(config);
    COLLAB_DO(local ? local_place(config, application.door.host_name, clock, place)
                    : cloud_place(config, place));
    COLLAB_TRY(const auto database, db::Database::parse(place.database_url));
    auto connection = prepare_database(database, config, clock);
    if (!connection.ok()) return std::move(connection).error();
    const auto host = application.door.host_name;
    Serving serving(config, database, std::move(connection).value(), std::move(application));
    return serving.run(std::move(place.net), [&](const net::Server& server) {
        if (local) {
            print_welcome({host, place.state->path(), place.fingerprint, server.ports(), config});
        } else {
            log(LogLevel::info, "serving " + options.mode + " on " + config.listen.front() +
                                    " with " + database.display());
        }
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
