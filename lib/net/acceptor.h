// SPDX-License-Identifier: Apache-2.0
#pragma once

// Takes connections from the listening sockets, turns away what is too many, and finds out by the
// first byte whether TLS is spoken. Internal to this layer. Thread: loop.

#include <ev.h>

#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "base/unique_fd.h"
#include "net/address_limits.h"
#include "net/connection.h"
#include "net/listening_socket.h"

namespace collab::net {

class Acceptor {
public:
    // Gets each connection once it is known what it speaks.
    using Handover = std::function<void(UniqueFd fd, Peer peer)>;

    Acceptor(Loop& loop, const ServerOptions& options, ServerCounters& counters, Handover handover);
    ~Acceptor();
    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;

    // Binds and watches everything that the options name. Errors: as Server::start().
    Status listen();
    // Takes over the trusted proxies and the limits per address. Error invalid: no address; nothing
    // has changed then.
    Status set_limits(const ServerOptions& options);
    // Closes the listening sockets and what has not said anything yet; removes socket files.
    void stop();

    std::vector<std::uint16_t> ports() const;
    // The peer has completed its handshake or is gone.
    void release(Peer& peer);
    void sweep(MonotonicTime now);

private:
    struct Listener {
        ListeningSocket socket;
        ev_io watcher{};
        Acceptor* acceptor = nullptr;
    };
    // Waits for the first byte.
    struct Newcomer {
        UniqueFd fd;
        Peer peer;
        MonotonicTime since{};
        ev_io watcher{};
        Acceptor* acceptor = nullptr;
        std::list<Newcomer>::iterator self{};
    };

    static void on_listener(struct ev_loop*, ev_io* watcher, int);
    static void on_newcomer(struct ev_loop*, ev_io* watcher, int);
    void watch(ListeningSocket socket);
    void accept_from(Listener& listener);
    void take(UniqueFd fd, Peer peer);
    void wait_for_first_byte(UniqueFd fd, Peer peer);
    void look_at_first_byte(Newcomer& newcomer);
    void forget(Newcomer& newcomer);
    bool exempt(const Peer& peer) const;

    Loop& loop_;
    const ServerOptions& options_;
    ServerCounters& counters_;
    Handover handover_;
    AddressLimits limits_;
    SystemClock clock_;
    std::vector<IpRange> trusted_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::list<Newcomer> newcomers_;
    bool paused_ = false;  // out of file descriptors
};

}  // namespace collab::net
