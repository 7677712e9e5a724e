// SPDX-License-Identifier: Apache-2.0
#include "net/address_limits.h"

#include <string_view>

namespace collab::net {

constexpr Duration kWindow = std::chrono::seconds(1);

std::size_t AddressLimits::Hash::operator()(const IpAddress& address) const {
    const auto* bytes = reinterpret_cast<const char*>(address.bytes.data());
    return std::hash<std::string_view>()({bytes, address.bytes.size()});
}

bool AddressLimits::admit(const IpAddress& address, MonotonicTime now) {
    Entry& entry = entries_[address];
    if (now - entry.window >= kWindow) {
        entry.window = now;
        entry.in_window = 0;
    }
    if (entry.half_open >= half_open_limit_ || entry.in_window >= per_second_limit_) return false;
    entry.half_open++;
    entry.in_window++;
    return true;
}

void AddressLimits::release(const IpAddress& address) {
    const auto found = entries_.find(address);
    if (found != entries_.end() && found->second.half_open > 0) found->second.half_open--;
}

void AddressLimits::forget_quiet(MonotonicTime now) {
    std::erase_if(entries_, [now](const auto& item) {
        return item.second.half_open == 0 && now - item.second.window >= kWindow;
    });
}

}  // namespace collab::net
