// SPDX-License-Identifier: Apache-2.0
#pragma once

// How long the hashing of presented access tokens took, for /metrics (spec 1, 2.9).
// live.state<HashingTimes>(). Thread: loop.

#include <array>
#include <vector>

#include "base/clock.h"

namespace collab::server {

class HashingTimes {
public:
    // Upper limits of the buckets, in milliseconds.
    static constexpr std::array<double, 10> kLimits = {10,  20,  40,   80,   160,
                                                       320, 640, 1280, 2560, 5120};

    void add(Duration took);

    // How many fell into each bucket; one more for what took longer.
    const std::vector<double>& counts() const { return counts_; }
    double sum() const { return sum_; }  // milliseconds
    bool empty() const { return empty_; }

private:
    std::vector<double> counts_ = std::vector<double>(kLimits.size() + 1);
    double sum_ = 0;
    bool empty_ = true;
};

}  // namespace collab::server
