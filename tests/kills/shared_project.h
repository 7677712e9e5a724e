// SPDX-License-Identifier: Apache-2.0
#pragma once

// A host who streams the files of a project, and a guest who comes back after each kill to see what
// is left of them: what is in the journal was there before each answer (durability class `crash`).

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bench/client.h"

namespace collab::kills {

class SharedProject {
public:
    SharedProject(std::int64_t host, std::int64_t guest) : host_user_(host), guest_user_(guest) {}

    // First time: makes room and project. Later: both come back, and the guest counts the files.
    // Returns what is wrong, or nothing.
    std::string connect(bench::Poller& poller, std::uint16_t port);
    void disconnect();
    // The host streams a few more files. Never waits.
    void act();

    bool connected() const { return host_ != nullptr && !host_->closed() && !guest_->closed(); }
    std::size_t acknowledged() const { return acknowledged_.size(); }
    std::size_t lost() const { return lost_; }

private:
    void found(bench::Poller& poller);
    std::string come_back(bench::Poller& poller);

    std::int64_t host_user_;
    std::int64_t guest_user_;
    std::unique_ptr<bench::Client> host_;
    std::unique_ptr<bench::Client> guest_;
    std::uint64_t room_ = 0;
    std::uint64_t project_ = 0;
    std::uint64_t next_entry_ = 1;
    std::uint64_t scan_ = 1;
    std::map<std::uint32_t, std::vector<std::uint64_t>> sent_;  // entries by request
    std::set<std::uint64_t> acknowledged_;
    std::size_t lost_ = 0;
};

}  // namespace collab::kills
