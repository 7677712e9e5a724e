// SPDX-License-Identifier: Apache-2.0
#pragma once

// The server without its sockets: everything from the database to the router, and the life of
// connections. The real server puts a net::Server on top, tests and the simulation put fake
// transports. Thread: loop, but for start().

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "areas/notes/open_notes.h"
#include "base/executor.h"
#include "base/random.h"
#include "db/database.h"
#include "rpc/router.h"
#include "rpc/services.h"
#include "server/extinction.h"
#include "server/greetings.h"
#include "server/media.h"

namespace collab::server {

class Core {
public:
    // `open_writer` and `open_reader` open connections; the latter is empty when reads run on the
    // writer. The references must outlive the core.
    Core(Executor& executor, Random& random, rpc::Settings settings,
         rpc::Writer::Connect open_writer, rpc::Writer::Connect open_reader);
    ~Core();
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    // Takes a server id, loads what the loop must know and begins to renew and sweep. `ready` runs
    // on the loop when connections can be authenticated, or with the error.
    void start(std::function<void(Status)> ready);
    bool ready() const { return ready_; }

    // A connection whose caller is authenticated: sends Hello, then what a new connection gets.
    // `caller.peer` is filled in. `impersonator` is the admin who is signed in as the caller, if
    // one is; the log names them. Requires ready().
    rpc::Session& accept(rpc::Caller caller, rpc::Transport& transport,
                         std::optional<UserId> impersonator = {});
    // Its socket is gone. The session is destroyed; its participants stay for the reconnect time.
    void closed(PeerId peer);

    // What happens when another server of the database took this one for dead, because it was
    // suspended for longer than the clean-up time, say: nothing that it does counts any more. Once.
    void when_fenced(std::function<void()> then) { when_fenced_ = std::move(then); }

    // From now on lost connections change nothing: clients will rejoin the next process.
    void stop();
    bool stopping() const { return stopping_; }

    rpc::Live& live() { return *live_; }
    rpc::Router& router() { return *router_; }
    rpc::Writer& writer() { return *writer_; }
    const rpc::Settings& settings() const { return *latest_.load(); }
    // Other settings from now on. Connections that are there keep the limits that they came with.
    void reload(rpc::Settings settings);
    const Clock& clock() const { return executor_.clock(); }
    ServerId server() const { return server_; }

    // Runs a piece of work that no client asked for, on the writer. Errors are logged with `what`.
    void run(std::string what, db::Durability durability, std::function<Status(rpc::Call&)> work,
             std::function<void(Status)> then = {});

private:
    void began(ServerId server);
    // Says again after `pause` what failed.
    void gone_for_good(PeerId peer, UserId user, Duration pause);
    void renew();
    void load_access();
    void sweep();
    void clean_up(const std::vector<ServerId>& stale);
    void check_queues();

    Executor& executor_;
    Random& random_;
    // All that ever counted: the writer or a reader may still be looking at an older one.
    std::vector<std::unique_ptr<const rpc::Settings>> settings_;
    std::atomic<const rpc::Settings*> latest_;
    Media media_;
    const Extinction extinction_;
    const notes::OpenNotes open_notes_{};
    rpc::Services services_;
    std::unique_ptr<rpc::Writer> writer_;
    std::unique_ptr<rpc::Reader> reader_;
    std::unique_ptr<rpc::Live> live_;
    std::unique_ptr<rpc::Router> router_;
    std::unique_ptr<Greetings> greetings_;
    std::function<void()> when_fenced_;
    ServerId server_;
    bool ready_ = false;
    bool stopping_ = false;
};

}  // namespace collab::server
