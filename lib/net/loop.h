// SPDX-License-Identifier: Apache-2.0
#pragma once

// The event loop that owns every socket and everything live: one libev loop, run by one thread.
// What it runs for others comes through post(); sockets are net/server.h's business.

#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/executor.h"

struct ev_loop;

namespace collab::net {

class Loop {
public:
    Loop();
    // Requires that run() has returned. Work still queued is dropped without being run.
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // Serves events until stop(); the calling thread is the loop's thread from then on.
    void run();

    // Serves what is ready now, or waits once for at most `at_most`. For tests and start-up.
    void run_for(Duration at_most);

    // Makes run() return at the end of the current turn. Thread: any.
    void stop();

    // Runs `work` on the loop in posting order. Thread: any.
    void post(std::function<void()> work);

    // Runs `work` once, after `delay`. Thread: loop.
    TimerId after(Duration delay, std::function<void()> work);

    // Forgets a timer; one that has run already is no error. Thread: loop.
    void cancel(TimerId timer);

    // Calls `handler` on the loop whenever the process gets `signal` (SIGTERM, SIGINT, SIGHUP,
    // ...), instead of what the signal does by default, for the life of the loop. A second call for
    // the same signal replaces the handler. One loop of a process may do this. Thread: loop.
    void on_signal(int signal, std::function<void()> handler);

    // True on the thread that runs the loop, and on any thread before run() was called.
    bool in_loop_thread() const;

    // For this layer only: the libev loop itself.
    struct ::ev_loop* native() const;

private:
    struct State;
    std::unique_ptr<State> state_;  // hides <ev.h> from includers
};

}  // namespace collab::net
