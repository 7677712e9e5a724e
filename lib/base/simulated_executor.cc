// SPDX-License-Identifier: Apache-2.0
#include "base/simulated_executor.h"

#include <vector>

namespace collab {
namespace {

// Simulated days begin here, so that stamps in test output look like dates: 2026-01-01.
constexpr std::chrono::milliseconds kWallStart{1'767'225'600'000};

}  // namespace

SimulatedExecutor::SimulatedExecutor(std::uint64_t seed) : random_(seed) {}
SimulatedExecutor::~SimulatedExecutor() = default;

void SimulatedExecutor::post(Lane lane, std::function<void()> work) {
    lanes_[static_cast<std::size_t>(lane)].push_back(std::move(work));
}

TimerId SimulatedExecutor::after(Duration delay, std::function<void()> work) {
    const TimerId id = next_timer_++;
    timers_.emplace(std::pair{now_ + delay, id}, std::move(work));
    return id;
}

void SimulatedExecutor::cancel(TimerId timer) {
    for (auto it = timers_.begin(); it != timers_.end(); ++it) {
        if (it->first.second != timer) continue;
        timers_.erase(it);
        return;
    }
}

WallTime SimulatedExecutor::wall_now() const {
    return WallTime{kWallStart +
                    std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch())};
}

bool SimulatedExecutor::step() {
    std::vector<std::size_t> ready;
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
        if (!lanes_[lane].empty()) ready.push_back(lane);
    }
    if (ready.empty()) return false;
    auto& lane = lanes_[ready[random_() % ready.size()]];
    auto work = std::move(lane.front());
    lane.pop_front();
    work();
    return true;
}

void SimulatedExecutor::run() {
    run_due_timers();
    while (step()) {
    }
}

void SimulatedExecutor::run_due_timers() {
    while (!timers_.empty() && timers_.begin()->first.first <= now_) {
        auto work = std::move(timers_.begin()->second);
        timers_.erase(timers_.begin());
        work();
    }
}

void SimulatedExecutor::advance(Duration by) {
    const MonotonicTime end = now_ + by;
    run();
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
        now_ = timers_.begin()->first.first;
        run();
    }
    now_ = end;
}

}  // namespace collab
