// SPDX-License-Identifier: Apache-2.0
#pragma once

// The running server: a column of services in the order in which they need each other, and what
// signals do to it. Thread: the caller's, which becomes the loop.

#include <functional>
#include <memory>
#include <optional>

#include "base/random.h"
#include "cli/exit_status.h"
#include "config/load.h"
#include "db/database.h"
#include "net/loop.h"
#include "net/thread_executor.h"
#include "server/application.h"
#include "server/place.h"

namespace collab::server {

class Serving {
public:
    struct Setup {
        config::Loaded loaded;
        std::string mode;  // api, collab or all
        Place place;
        db::Database database;
        std::unique_ptr<db::Connection> connection;           // what the writer starts with
        std::function<Result<config::Loaded>()> read_config;  // again, for SIGHUP; any thread
    };

    Serving(Setup setup, ApplicationSettings application);

    // Until SIGTERM or SIGINT. `greet` runs once it serves.
    cli::Outcome run(const std::function<void(const net::Server&)>& greet);

private:
    // What a reload has read and checked before anything changes.
    struct Reload {
        config::Loaded loaded;
        std::optional<Certificate> certificate;
    };

    rpc::Writer::Connect writer_source();
    rpc::Writer::Connect reader_source() const;
    ApplicationSettings complete(ApplicationSettings settings) const;

    void stop();
    void stop_when_empty();
    void give_up();

    void on_hangup();
    Result<Reload> read_again() const;
    Status take_over(const Reload& reload);

    Setup setup_;
    SystemRandom random_;
    net::Loop loop_;
    net::ThreadExecutor executor_;
    bool draining_ = false;
    bool reloading_ = false;
    const bool has_terminal_;
    Core core_;
    Application application_;
    std::unique_ptr<net::Server> server_;
    std::optional<Error> failure_;
};

}  // namespace collab::server
