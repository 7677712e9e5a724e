// SPDX-License-Identifier: Apache-2.0
#include "bench/measuring.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace collab::bench {

void die(const std::string& why) {
    throw std::runtime_error(why);
}

void pin_to(int cpu) {
    if (::sysconf(_SC_NPROCESSORS_ONLN) < 2) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (::sched_setaffinity(0, sizeof set, &set) != 0) die("cannot bind to a processor");
}

void die_with_parent() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

MoreFiles::MoreFiles(std::uint64_t files) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    before_ = limit.rlim_cur;
    limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, files);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        die("this needs ulimit -n " + std::to_string(files));
    }
}

MoreFiles::~MoreFiles() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = before_;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

double cpu_time(pid_t process) {
    double nanoseconds = 0;
    std::error_code error;
    const std::filesystem::path tasks = "/proc/" + std::to_string(process) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks, error)) {
        std::ifstream file(task.path() / "schedstat");
        double on_cpu = 0;
        if (file >> on_cpu) nanoseconds += on_cpu;
    }
    if (error) die("process " + std::to_string(process) + " is gone");
    return nanoseconds / 1000;
}

double pss(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/smaps_rollup");
    std::string word;
    while (file >> word) {
        double kibibytes = 0;
        if (word == "Pss:" && file >> kibibytes) return kibibytes;
    }
    die("cannot read the memory of process " + std::to_string(process));
}

double percentile(std::vector<double> samples, double share) {
    if (samples.empty()) return 0;
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1));
    std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(rank),
                     samples.end());
    return samples[rank];
}

}  // namespace collab::bench
