// SPDX-License-Identifier: Apache-2.0
#include "net/thread_executor.h"

#include <condition_variable>
#include <deque>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"

namespace collab::net {

// A queue and the threads that empty it.
class ThreadExecutor::Workers {
public:
    enum class AtEnd { drain, drop };

    Workers(unsigned threads, AtEnd at_end) : at_end_(at_end) {
        for (unsigned i = 0; i < threads; i++) threads_.emplace_back([this] { work(); });
    }
    ~Workers() { stop(); }
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    void post(std::function<void()> work) {
        {
            const MutexLock lock(mutex_);
            if (stopping_) return;
            queue_.push_back(std::move(work));
        }
        ready_.notify_one();
    }

    void stop() {
        std::deque<std::function<void()>> dropped;  // destroyed outside the lock
        {
            const MutexLock lock(mutex_);
            stopping_ = true;
            if (at_end_ == AtEnd::drop) dropped.swap(queue_);
        }
        ready_.notify_all();
        for (auto& thread : threads_) {
            if (thread.joinable()) thread.join();
        }
    }

private:
    void work() {
        while (auto next = take()) next();
    }

    // Waits for work; nothing when there will be none.
    std::function<void()> take() {
        const MutexLock lock(mutex_);
        while (!stopping_ && queue_.empty()) ready_.wait(mutex_);
        if (queue_.empty()) return nullptr;
        auto next = std::move(queue_.front());
        queue_.pop_front();
        return next;
    }

    const AtEnd at_end_;
    Mutex mutex_;
    std::condition_variable_any ready_;
    std::deque<std::function<void()>> queue_ COLLAB_GUARDED_BY(mutex_);
    bool stopping_ COLLAB_GUARDED_BY(mutex_) = false;
    std::vector<std::thread> threads_;
};

ThreadExecutor::ThreadExecutor(Loop& loop, unsigned readers)
    : loop_(loop),
      writer_(std::make_unique<Workers>(1, Workers::AtEnd::drain)),
      readers_(std::make_unique<Workers>(readers, Workers::AtEnd::drop)),
      outside_(std::make_unique<Workers>(1, Workers::AtEnd::drop)) {
    COLLAB_ASSERT(readers > 0);
}

ThreadExecutor::~ThreadExecutor() {
    shutdown();
}

void ThreadExecutor::post(Lane lane, std::function<void()> work) {
    switch (lane) {
        case Lane::loop:
            return loop_.post(std::move(work));
        case Lane::writer:
            return writer_->post(std::move(work));
        case Lane::reader:
            return readers_->post(std::move(work));
        case Lane::outside:
            return outside_->post(std::move(work));
    }
}

TimerId ThreadExecutor::after(Duration delay, std::function<void()> work) {
    return loop_.after(delay, std::move(work));
}

void ThreadExecutor::cancel(TimerId timer) {
    loop_.cancel(timer);
}

void ThreadExecutor::shutdown() {
    // Readers and outside first: what they hand to the writer is still written.
    readers_->stop();
    outside_->stop();
    writer_->stop();
}

}  // namespace collab::net
