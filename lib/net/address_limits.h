// SPDX-License-Identifier: Apache-2.0
#pragma once

// How many connections one address may open: half-open ones at a time, new ones per second
// (decisions 29). Thread: loop.

#include <cstddef>
#include <unordered_map>

#include "base/clock.h"
#include "net/network_address.h"

namespace collab::net {

class AddressLimits {
public:
    // For those who come from now on; before, nobody may.
    void set(std::size_t half_open, std::size_t per_second) {
        half_open_limit_ = half_open;
        per_second_limit_ = per_second;
    }

    // Counts a new connection as half-open, or returns false: it is one too many.
    bool admit(const IpAddress& address, MonotonicTime now);
    // One that admit() let in has finished its handshake or is gone.
    void release(const IpAddress& address);
    // Forgets the addresses that have been quiet.
    void forget_quiet(MonotonicTime now);

private:
    struct Entry {
        std::size_t half_open = 0;
        std::size_t in_window = 0;
        MonotonicTime window{};
    };
    struct Hash {
        std::size_t operator()(const IpAddress& address) const;
    };

    std::size_t half_open_limit_ = 0;
    std::size_t per_second_limit_ = 0;
    std::unordered_map<IpAddress, Entry, Hash> entries_;
};

}  // namespace collab::net
