// SPDX-License-Identifier: Apache-2.0
#include "net/loop.h"

#include <ev.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"

namespace collab::net {

struct Loop::State {
    struct Timer {
        ev_timer watcher;
        State* state;
        TimerId id;
        std::function<void()> work;
    };
    struct Signal {
        ev_signal watcher;
        std::function<void()> handler;
    };

    struct ev_loop* loop = nullptr;
    ev_async posted_watcher;
    Mutex mutex;
    std::vector<std::function<void()>> posted COLLAB_GUARDED_BY(mutex);
    std::vector<std::function<void()>> running;  // kept for its memory
    std::atomic<bool> stopping = false;
    std::atomic<std::thread::id> thread{};
    std::unordered_map<TimerId, std::unique_ptr<Timer>> timers;
    TimerId next_timer = 1;
    std::map<int, std::unique_ptr<Signal>> signals;

    void run_posted() {
        {
            const MutexLock lock(mutex);
            running.swap(posted);
        }
        for (auto& work : running) work();
        running.clear();
        if (stopping.exchange(false)) ev_break(loop, EVBREAK_ALL);
    }

    static void on_posted(struct ev_loop*, ev_async* watcher, int) {
        static_cast<State*>(watcher->data)->run_posted();
    }
    static void on_timer(struct ev_loop*, ev_timer* watcher, int) {
        auto* timer = static_cast<Timer*>(watcher->data);
        auto node = timer->state->timers.extract(timer->id);  // the work may set timers
        node.mapped()->work();
    }
    static void on_signal(struct ev_loop*, ev_signal* watcher, int) {
        static_cast<Signal*>(watcher->data)->handler();
    }
};

Loop::Loop() : state_(std::make_unique<State>()) {
    state_->loop = ev_loop_new(EVFLAG_AUTO);
    COLLAB_ASSERT(state_->loop != nullptr);
    ev_async_init(&state_->posted_watcher, &State::on_posted);
    state_->posted_watcher.data = state_.get();
    ev_async_start(state_->loop, &state_->posted_watcher);
}

Loop::~Loop() {
    for (auto& [id, timer] : state_->timers) ev_timer_stop(state_->loop, &timer->watcher);
    for (auto& [number, signal] : state_->signals) ev_signal_stop(state_->loop, &signal->watcher);
    ev_async_stop(state_->loop, &state_->posted_watcher);
    ev_loop_destroy(state_->loop);
}

void Loop::run() {
    state_->thread = std::this_thread::get_id();
    ev_run(state_->loop, 0);
    state_->thread = std::thread::id();
}

void Loop::run_for(Duration at_most) {
    state_->thread = std::this_thread::get_id();
    const TimerId limit = after(at_most, [] {});
    ev_run(state_->loop, EVRUN_ONCE);
    cancel(limit);
    state_->thread = std::thread::id();
}

void Loop::stop() {
    state_->stopping = true;
    ev_async_send(state_->loop, &state_->posted_watcher);
}

void Loop::post(std::function<void()> work) {
    {
        const MutexLock lock(state_->mutex);
        state_->posted.push_back(std::move(work));
    }
    ev_async_send(state_->loop, &state_->posted_watcher);
}

TimerId Loop::after(Duration delay, std::function<void()> work) {
    auto timer = std::make_unique<State::Timer>();
    timer->state = state_.get();
    timer->id = state_->next_timer++;
    timer->work = std::move(work);
    ev_now_update(state_->loop);  // a long turn must not shorten the delay
    ev_timer_init(&timer->watcher, &State::on_timer,
                  std::chrono::duration<double>(std::max(delay, Duration::zero())).count(), 0.);
    timer->watcher.data = timer.get();
    ev_timer_start(state_->loop, &timer->watcher);
    const TimerId id = timer->id;
    state_->timers.emplace(id, std::move(timer));
    return id;
}

void Loop::cancel(TimerId timer) {
    const auto found = state_->timers.find(timer);
    if (found == state_->timers.end()) return;
    ev_timer_stop(state_->loop, &found->second->watcher);
    state_->timers.erase(found);
}

void Loop::on_signal(int signal, std::function<void()> handler) {
    auto& slot = state_->signals[signal];
    if (slot) {
        slot->handler = std::move(handler);
        return;
    }
    slot = std::make_unique<State::Signal>();
    slot->handler = std::move(handler);
    ev_signal_init(&slot->watcher, &State::on_signal, signal);
    slot->watcher.data = slot.get();
    ev_signal_start(state_->loop, &slot->watcher);
}

bool Loop::in_loop_thread() const {
    const auto owner = state_->thread.load();
    return owner == std::thread::id() || owner == std::this_thread::get_id();
}

struct ev_loop* Loop::native() const {
    return state_->loop;
}

}  // namespace collab::net
