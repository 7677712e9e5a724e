// SPDX-License-Identifier: Apache-2.0
#include "text/lamport.h"

#include <algorithm>

namespace collab::text {
namespace {

bool before_replica(Lamport entry, std::uint16_t replica) {
    return entry.replica < replica;
}

}  // namespace

Version::Version(std::initializer_list<Lamport> seen) {
    for (const Lamport at : seen) observe(at);
}

std::uint32_t Version::value(std::uint16_t replica) const {
    const auto found = std::lower_bound(entries_.begin(), entries_.end(), replica, before_replica);
    return found != entries_.end() && found->replica == replica ? found->value : 0;
}

void Version::observe(Lamport at) {
    if (at.value == 0) return;
    const auto found =
        std::lower_bound(entries_.begin(), entries_.end(), at.replica, before_replica);
    if (found == entries_.end() || found->replica != at.replica) {
        entries_.insert(found, at);
        return;
    }
    found->value = std::max(found->value, at.value);
}

void Version::merge(const Version& other) {
    if (entries_.empty()) {
        entries_ = other.entries_;
        return;
    }
    for (const Lamport at : other.entries_) observe(at);
}

bool Version::covers(const Version& other) const {
    auto mine = entries_.begin();
    for (const Lamport theirs : other.entries_) {
        while (mine != entries_.end() && mine->replica < theirs.replica) ++mine;
        if (mine == entries_.end() || mine->replica != theirs.replica) return false;
        if (mine->value < theirs.value) return false;
    }
    return true;
}

std::uint32_t Version::max_value() const {
    std::uint32_t greatest = 0;
    for (const Lamport at : entries_) greatest = std::max(greatest, at.value);
    return greatest;
}

}  // namespace collab::text
