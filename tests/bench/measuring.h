// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is measured of a process, and with which clock. Linux only, as the server is.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace collab::bench {

// The server and what it is compared with run on one processor, the load on the other.
inline constexpr int kServerCpu = 0;
inline constexpr int kLoadCpu = 1;

// The measurement is void: thrown up to main(), which says why; everything cleans up on the way.
[[noreturn]] void die(const std::string& why);

// Binds the calling thread, and what it starts later, to a processor. With one processor: nothing.
void pin_to(int cpu);
// For a child right after fork(): it goes when the bench goes, however that ends.
void die_with_parent();

using Instant = std::chrono::steady_clock::time_point;
inline Instant now() {
    return std::chrono::steady_clock::now();
}
inline double microseconds(Instant from, Instant to) {
    return std::chrono::duration<double, std::micro>(to - from).count();
}

// While it lives, this process and its children may open so many files.
class MoreFiles {
public:
    explicit MoreFiles(std::uint64_t files);
    ~MoreFiles();
    MoreFiles(const MoreFiles&) = delete;
    MoreFiles& operator=(const MoreFiles&) = delete;

private:
    std::uint64_t before_;
};

// Processor time of all living threads of a process, in microseconds.
double cpu_time(pid_t process);
// Proportional set size in KiB: memory shared with others counts in part (decisions 40).
double pss(pid_t process);

// The value below which this share of the samples lies; 0 of none.
double percentile(std::vector<double> samples, double share);
inline double median(std::vector<double> samples) {
    return percentile(std::move(samples), 0.5);
}

}  // namespace collab::bench
