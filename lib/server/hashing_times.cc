// SPDX-License-Identifier: Apache-2.0
#include "server/hashing_times.h"

#include <algorithm>

namespace collab::server {

void HashingTimes::add(Duration took) {
    const double ms = std::chrono::duration<double, std::milli>(took).count();
    const auto bucket = std::ranges::lower_bound(kLimits, ms) - kLimits.begin();
    counts_[static_cast<std::size_t>(bucket)] += 1;
    sum_ += ms;
    empty_ = false;
}

}  // namespace collab::server
