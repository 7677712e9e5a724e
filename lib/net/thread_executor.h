// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Executor of the real server: Lane::loop is a Loop, the other lanes are threads of this class.

#include <atomic>
#include <memory>

#include "base/executor.h"
#include "net/loop.h"

namespace collab::net {

class ThreadExecutor final : public Executor {
public:
    // Starts one writer thread, `readers` reader threads and one outside thread. `loop` must
    // outlive this object and is run by its owner.
    ThreadExecutor(Loop& loop, unsigned readers);
    // Does shutdown().
    ~ThreadExecutor() override;
    ThreadExecutor(const ThreadExecutor&) = delete;
    ThreadExecutor& operator=(const ThreadExecutor&) = delete;

    // Work for the writer, reader or outside lane that comes after shutdown() is dropped.
    void post(Lane lane, std::function<void()> work) override;
    TimerId after(Duration delay, std::function<void()> work) override;
    void cancel(TimerId timer) override;
    const Clock& clock() const override { return clock_; }

    // Ends the lanes: what is queued for the writer is run to its end, what is queued for readers
    // and outside is dropped, all threads are joined. A slow call on `outside` is waited for. The
    // loop goes on, so results that were posted to it still arrive. Idempotent.
    // Thread: any but one of the lanes'.
    void shutdown();

private:
    class Workers;

    Loop& loop_;
    SystemClock clock_;
    std::unique_ptr<Workers> writer_;
    std::unique_ptr<Workers> readers_;
    std::unique_ptr<Workers> outside_;
};

}  // namespace collab::net
