// SPDX-License-Identifier: Apache-2.0
#pragma once

// Time as the program sees it. Everything that waits or stamps asks a Clock, so that tests can
// turn it by hand.

#include <chrono>

namespace collab {

using Duration = std::chrono::nanoseconds;
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

class Clock {
public:
    virtual ~Clock() = default;
    virtual MonotonicTime now() const = 0;  // for waiting; never goes back
    virtual WallTime wall_now() const = 0;  // for people and rows; may jump
};

// The machine's clocks. Thread: any.
class SystemClock final : public Clock {
public:
    MonotonicTime now() const override;
    WallTime wall_now() const override;
};

// Unix time in milliseconds, as timestamps are stored.
inline std::int64_t unix_ms(WallTime time) {
    return time.time_since_epoch().count();
}

}  // namespace collab
