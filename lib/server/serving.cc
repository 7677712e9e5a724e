// SPDX-License-Identifier: Apache-2.0
#include "server/serving.h"

#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "base/log.h"
#include "config/show.h"
#include "server/settings_from_config.h"
#include "wire/protobuf_log.h"

namespace collab::server {
namespace {

using cli::ExitStatus;
using cli::Outcome;

// How long a stopping server waits for its clients to take what is queued for them.
constexpr Duration kDrain = std::chrono::seconds(3);

std::string joined(const std::vector<std::string_view>& names) {
    std::string text;
    for (const auto name : names) text.append(text.empty() ? "" : ", ").append(name);
    return text;
}

void report(const config::Changes& changes) {
    log(LogLevel::info, "reloaded: " + (changes.applied.empty() ? std::string("nothing has changed")
                                                                : joined(changes.applied)));
    if (changes.need_restart.empty()) return;
    log(LogLevel::warning, "changed, but counts after a restart: " + joined(changes.need_restart));
}

// systemd measures by its own clock when the reload began.
void notify_reloading() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = now.tv_sec * 1'000'000LL + now.tv_nsec / 1000;
    ::sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", microseconds);
}

}  // namespace

Serving::Serving(Setup setup, ApplicationSettings application)
    : setup_(std::move(setup)),
      executor_(loop_, setup_.loaded.config.readers),
      has_terminal_(::isatty(STDIN_FILENO) != 0),
      core_(executor_, random_, core_settings(setup_.loaded.config), writer_source(),
            reader_source()),
      application_(core_, complete(std::move(application))) {
    static const SystemClock clock;
    wire::capture_protobuf_log(clock);
}

rpc::Writer::Connect Serving::writer_source() {
    return [this]() -> Result<std::unique_ptr<db::Connection>> {
        if (setup_.connection) return std::move(setup_.connection);
        if (setup_.database.in_memory()) {
            return Error{ErrorCode::unavailable, "the database in memory is gone"};
        }
        return setup_.database.open();
    };
}

rpc::Writer::Connect Serving::reader_source() const {
    if (setup_.database.in_memory()) return {};
    return [this] { return setup_.database.open_reader(); };
}

ApplicationSettings Serving::complete(ApplicationSettings settings) const {
    settings.draining = &draining_;
    settings.admin_socket = setup_.place.admin_socket;
    return settings;
}

// Its clients rejoin the next process, as after a crash.
void Serving::give_up() {
    if (draining_) return;
    failure_ = Error{ErrorCode::unavailable,
                     "another server of this database took this one for dead: it was silent for "
                     "longer than cleanup_timeout; start it again"};
    stop();
}

Outcome Serving::run(const std::function<void(const net::Server&)>& greet) {
    core_.when_fenced([this] { give_up(); });
    auto server = net::Server::start(loop_, application_, setup_.place.net);
    if (!server.ok()) {
        auto error = std::move(server).error();
        return {error.code == ErrorCode::unavailable ? ExitStatus::unreachable
                                                     : cli::exit_status_of(error.code),
                std::move(error)};
    }
    server_ = std::move(server).value();
    application_.set_counters([this] { return server_->counters(); });
    for (const int signal : {SIGTERM, SIGINT}) loop_.on_signal(signal, [this] { stop(); });
    loop_.on_signal(SIGHUP, [this] { on_hangup(); });
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

// Silent towards rooms: clients rejoin the next process (spec 1, 2.8). A second signal ends it now.
void Serving::stop() {
    if (std::exchange(draining_, true)) return loop_.stop();
    ::sd_notify(0, "STOPPING=1");
    log(LogLevel::info, "stopping");
    core_.stop();
    server_->stop_listening();
    server_->close_sockets(net::CloseCode::service_restart, "the server restarts");
    loop_.after(kDrain, [this] { loop_.stop(); });
    stop_when_empty();
}

void Serving::stop_when_empty() {
    if (server_->counters().open_sockets == 0) return loop_.stop();
    loop_.after(std::chrono::milliseconds(20), [this] { stop_when_empty(); });
}

void Serving::on_hangup() {
    // The terminal that it ran in was closed.
    if (has_terminal_ && ::isatty(STDIN_FILENO) == 0) return stop();
    if (draining_ || std::exchange(reloading_, true)) return;
    notify_reloading();
    executor_.post(Lane::outside, [this] {
        auto reload = std::make_shared<Result<Reload>>(read_again());
        executor_.post(Lane::loop, [this, reload] {
            const auto status = reload->ok() ? take_over(**reload) : Status(reload->error());
            if (!status.ok()) {
                log(LogLevel::error,
                    "not reloaded, the old settings stay: " + status.error().message);
            }
            reloading_ = false;
            ::sd_notify(0, "READY=1");
        });
    });
}

Result<Serving::Reload> Serving::read_again() const {
    Reload reload;
    COLLAB_TRY(reload.loaded, setup_.read_config());
    if (!reload.loaded.config.tls_cert.empty()) {
        COLLAB_TRY(reload.certificate, read_certificate(reload.loaded.config));
    }
    return reload;
}

// What can fail comes first.
Status Serving::take_over(const Reload& reload) {
    auto next = setup_.loaded;
    const auto changes = config::changes(next, reload.loaded);
    config::take_over(next, reload.loaded);
    COLLAB_TRY(auto application, application_settings(next.config, setup_.mode));
    const bool own_authority = !setup_.place.fingerprint.empty();
    if (reload.certificate && setup_.place.net.tls != net::TlsMode::off && !own_authority) {
        COLLAB_DO(server_->replace_certificate(reload.certificate->chain_pem,
                                               reload.certificate->key_pem));
    }
    COLLAB_DO(server_->reload(net_options(next.config)));
    core_.reload(core_settings(next.config));
    application_.reload(complete(std::move(application)));
    set_log_level(next.config.log_level);
    setup_.loaded = std::move(next);
    report(changes);
    return ok();
}

}  // namespace collab::server
