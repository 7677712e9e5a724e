// SPDX-License-Identifier: Apache-2.0
#pragma once

// A mutex whose use clang checks at compile time (-Wthread-safety, scripts/check-all): a member
// says COLLAB_GUARDED_BY(its mutex), and touching it without the lock is an error. Other compilers
// see a plain std::mutex.

#include <mutex>

#if defined(__clang__)
#define COLLAB_THREAD_SAFETY(...) __attribute__((__VA_ARGS__))
#else
#define COLLAB_THREAD_SAFETY(...)
#endif

#define COLLAB_GUARDED_BY(mutex) COLLAB_THREAD_SAFETY(guarded_by(mutex))

namespace collab {

// Not recursive. Fits std::condition_variable_any. Thread: any.
class COLLAB_THREAD_SAFETY(capability("mutex")) Mutex {
public:
    void lock() COLLAB_THREAD_SAFETY(acquire_capability()) { mutex_.lock(); }
    void unlock() COLLAB_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }

private:
    std::mutex mutex_;
};

// Holds a Mutex for a scope.
class COLLAB_THREAD_SAFETY(scoped_lockable) MutexLock {
public:
    explicit MutexLock(Mutex& mutex) COLLAB_THREAD_SAFETY(acquire_capability(mutex))
        : mutex_(mutex) {
        mutex_.lock();
    }
    ~MutexLock() COLLAB_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

private:
    Mutex& mutex_;
};

}  // namespace collab
