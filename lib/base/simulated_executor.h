// SPDX-License-Identifier: Apache-2.0
#pragma once

// The deterministic Executor of tests and of the simulation: same seed, same order. Also the clock
// of what it runs. Thread: one, the caller's.

#include <array>
#include <deque>
#include <map>
#include <random>

#include "base/executor.h"

namespace collab {

class SimulatedExecutor final : public Executor, public Clock {
public:
    explicit SimulatedExecutor(std::uint64_t seed = 0);
    ~SimulatedExecutor() override;

    void post(Lane lane, std::function<void()> work) override;
    TimerId after(Duration delay, std::function<void()> work) override;
    void cancel(TimerId timer) override;
    const Clock& clock() const override { return *this; }

    MonotonicTime now() const override { return now_; }
    WallTime wall_now() const override;

    // Runs one piece of work of a lane that the seed picks. False: nothing is ready.
    bool step();
    // Runs until nothing is ready; does not move the clock.
    void run();
    // Moves the clock forward, running timers and what they post as their time comes.
    void advance(Duration by);

private:
    void run_due_timers();

    std::mt19937_64 random_;
    std::array<std::deque<std::function<void()>>, 4> lanes_;
    std::multimap<std::pair<MonotonicTime, TimerId>, std::function<void()>> timers_;
    TimerId next_timer_ = 1;
    MonotonicTime now_{};
};

}  // namespace collab
