// SPDX-License-Identifier: Apache-2.0
#pragma once

// IP addresses as text and as socket addresses: what is loopback, what is private, which range
// holds which address.

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace collab::net {

// An IPv4 or IPv6 address; IPv4 is kept as its IPv4-mapped IPv6 form, so the two compare equal.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};

    bool is_v4() const;
    // 127.0.0.0/8 and ::1.
    bool is_loopback() const;
    // Loopback, RFC 1918, link-local and unique local addresses.
    bool is_private() const;
    // "192.0.2.7" or "2001:db8::7".
    std::string text() const;

    bool operator==(const IpAddress&) const = default;
};

// The address in an AF_INET or AF_INET6 socket address; all zero for other families.
IpAddress ip_of(const sockaddr_storage& address);

// Error invalid: not a numeric address.
Result<IpAddress> parse_ip(std::string_view text);

// "192.0.2.1", "192.0.2.0/24" or "2001:db8::/32".
struct IpRange {
    IpAddress first;
    unsigned prefix = 128;  // bits that count, of the 128 of the mapped form

    bool contains(const IpAddress& address) const;
};
Result<IpRange> parse_range(std::string_view text);

// One "host:port" of the configuration, IPv6 in brackets, resolved to what bind() takes. A host
// name may give several addresses. Error invalid: not of that form, or no such host.
Result<std::vector<sockaddr_storage>> resolve_listen_address(std::string_view host_and_port);

// "192.0.2.7:80" or "[2001:db8::7]:80".
std::string endpoint_text(const sockaddr_storage& address);

std::uint16_t port_of(const sockaddr_storage& address);

}  // namespace collab::net
