// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where work runs. The server never starts a thread or a timer by itself: it posts to a lane.
// ThreadExecutor gives each lane real threads; SimulatedExecutor runs all lanes on the caller's
// thread in an order that a seed decides, with a clock that jumps to the next timer.

#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.h"

namespace collab {

enum class Lane {
    loop,     // owns sockets, sessions and everything live; one thread
    writer,   // owns the write connection; one thread
    reader,   // a few threads, one read connection each
    outside,  // slow calls to other services; one thread
};

using TimerId = std::uint64_t;

class Executor {
public:
    virtual ~Executor() = default;

    // Runs `work` on `lane`, later, in posting order (order between the threads of `reader` is
    // not promised). Thread: any.
    virtual void post(Lane lane, std::function<void()> work) = 0;

    // Runs `work` on the loop once `delay` has passed. Thread: loop.
    virtual TimerId after(Duration delay, std::function<void()> work) = 0;

    // Forgets a timer; one that has run already is no error. Thread: loop.
    virtual void cancel(TimerId timer) = 0;

    virtual const Clock& clock() const = 0;
};

}  // namespace collab
