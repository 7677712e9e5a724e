// SPDX-License-Identifier: Apache-2.0
#pragma once

// A collab-serve of our own: on a database and a port of its own, bound to one processor.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "bench/measuring.h"
#include "support/test_database.h"

namespace collab::bench {

// People who know each other, so that they may call each other.
struct Acquaintance {
    std::int64_t a;
    std::int64_t b;
};

// Adds users to a database whose server does not run; returns their ids.
std::vector<std::int64_t> add_users(db::Connection& connection, int count);
void add_contacts(db::Connection& connection, const std::vector<Acquaintance>& pairs);

class ServerProcess {
public:
    // Starts `binary` on the database and returns once it has its process; see wait_ready().
    ServerProcess(std::filesystem::path binary, std::string database_url);
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    void wait_ready();
    // Ends it at once, as a crash does.
    void kill();

    pid_t pid() const { return pid_; }
    std::uint16_t port() const { return port_; }
    double cpu() const { return cpu_time(pid_); }
    // Value of the Authorization header that signs this user in.
    static std::string authorization(std::int64_t user);

    // Body of a GET, or nothing unless the status is 200.
    std::optional<std::string> get(const std::string& path) const;
    // A counter of /metrics. Ends the measurement when there is none of that name.
    double counter(const std::string& name) const;
    // What the server said, for errors.
    std::string log() const;

private:
    test::TemporaryFolder folder_;
    std::uint16_t port_;
    pid_t pid_ = -1;
};

}  // namespace collab::bench
