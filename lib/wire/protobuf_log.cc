// SPDX-License-Identifier: Apache-2.0
#include "wire/protobuf_log.h"

#include <google/protobuf/stubs/logging.h>

#include <atomic>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/mutex.h"

namespace collab::wire {
namespace {

constexpr Duration kPause = std::chrono::minutes(1);

// The handler of libprotobuf is a bare function.
struct State {
    const Clock* clock = nullptr;
    std::atomic<std::uint64_t> complaints{0};
    Mutex mutex;
    MonotonicTime quiet_until COLLAB_GUARDED_BY(mutex){};
    std::uint64_t left_out COLLAB_GUARDED_BY(mutex) = 0;
};

State& state() {
    static State instance;
    return instance;
}

void on_protobuf_log(google::protobuf::LogLevel, const char*, int, const std::string& message) {
    auto& own = state();
    ++own.complaints;
    const MutexLock lock(own.mutex);
    const auto now = own.clock->now();
    if (now < own.quiet_until) {
        ++own.left_out;
        return;
    }
    own.quiet_until = now + kPause;
    const auto left_out = std::exchange(own.left_out, 0);
    log(LogLevel::warning,
        "protobuf: " + message +
            (left_out == 0 ? "" : " (" + std::to_string(left_out) + " lines before left out)"));
}

}  // namespace

void capture_protobuf_log(const Clock& clock) {
    state().clock = &clock;
    google::protobuf::SetLogHandler(&on_protobuf_log);
}

std::uint64_t protobuf_complaints() {
    return state().complaints;
}

}  // namespace collab::wire
