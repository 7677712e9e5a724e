// SPDX-License-Identifier: Apache-2.0
#include "net/network_address.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include "base/text.h"

namespace collab::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct HostAndPort {
    std::string host;
    std::string port;
};

std::optional<HostAndPort> split_host_and_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto host = text.substr(0, colon);
    const auto port = parse_uint32(text.substr(colon + 1));
    if (!port || *port > 65535) return std::nullopt;
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;
    }
    if (host == "*") host = "::";
    return HostAndPort{std::string(host), std::to_string(*port)};
}

}  // namespace

bool IpAddress::is_v4() const {
    return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

bool IpAddress::is_loopback() const {
    if (is_v4()) return bytes[12] == 127;
    return std::all_of(bytes.begin(), bytes.end() - 1, [](auto b) { return b == 0; }) &&
           bytes[15] == 1;
}

bool IpAddress::is_private() const {
    if (is_loopback()) return true;
    if (is_v4()) {
        return bytes[12] == 10 || (bytes[12] == 172 && (bytes[13] & 0xf0) == 16) ||
               (bytes[12] == 192 && bytes[13] == 168) || (bytes[12] == 169 && bytes[13] == 254);
    }
    const bool unique_local = (bytes[0] & 0xfe) == 0xfc;
    const bool link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
    return unique_local || link_local;
}

std::string IpAddress::text() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    if (is_v4()) {
        inet_ntop(AF_INET, bytes.data() + 12, buffer.data(), buffer.size());
    } else {
        inet_ntop(AF_INET6, bytes.data(), buffer.data(), buffer.size());
    }
    return buffer.data();
}

IpAddress ip_of(const sockaddr_storage& address) {
    IpAddress ip;
    if (address.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
        std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), ip.bytes.begin());
        std::memcpy(ip.bytes.data() + 12, &v4.sin_addr, 4);
    } else if (address.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
        std::memcpy(ip.bytes.data(), &v6.sin6_addr, 16);
    }
    return ip;
}

Result<IpAddress> parse_ip(std::string_view text) {
    const std::string terminated(text);
    IpAddress ip;
    if (inet_pton(AF_INET6, terminated.c_str(), ip.bytes.data()) == 1) return ip;
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), ip.bytes.begin());
    if (inet_pton(AF_INET, terminated.c_str(), ip.bytes.data() + 12) == 1) return ip;
    return Error{ErrorCode::invalid, "'" + terminated + "' is not an IP address"};
}

bool IpRange::contains(const IpAddress& address) const {
    for (unsigned bit = 0; bit < prefix; bit++) {
        const unsigned mask = 0x80U >> (bit % 8);
        if ((first.bytes[bit / 8] ^ address.bytes[bit / 8]) & mask) return false;
    }
    return true;
}

Result<IpRange> parse_range(std::string_view text) {
    const auto slash = std::min(text.find('/'), text.size());
    COLLAB_TRY(const IpAddress first, parse_ip(text.substr(0, slash)));
    IpRange range{first};
    if (slash == text.size()) return range;
    const auto prefix = parse_uint32(text.substr(slash + 1));
    const unsigned bits = first.is_v4() ? 32 : 128;
    if (!prefix || *prefix > bits) {
        return Error{ErrorCode::invalid, "'" + std::string(text) + "' is not an address range"};
    }
    range.prefix = 128 - bits + *prefix;
    return range;
}

Result<std::vector<sockaddr_storage>> resolve_listen_address(std::string_view host_and_port) {
    const auto parts = split_host_and_port(host_and_port);
    if (!parts) {
        return Error{ErrorCode::invalid,
                     "'" + std::string(host_and_port) + "' is not of the form host:port"};
    }
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int failed = getaddrinfo(parts->host.empty() ? "::" : parts->host.c_str(),
                                   parts->port.c_str(), &hints, &found);
    if (failed != 0) {
        return Error{ErrorCode::invalid,
                     "cannot listen on '" + parts->host + "': " + gai_strerror(failed)};
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
    std::vector<sockaddr_storage> addresses;
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
        if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
        std::memcpy(&addresses.emplace_back(), entry->ai_addr, entry->ai_addrlen);
    }
    return addresses;
}

std::string endpoint_text(const sockaddr_storage& address) {
    const IpAddress ip = ip_of(address);
    const std::string port = std::to_string(port_of(address));
    return ip.is_v4() ? ip.text() + ":" + port : "[" + ip.text() + "]:" + port;
}

std::uint16_t port_of(const sockaddr_storage& address) {
    if (address.ss_family == AF_INET) {
        return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    }
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
}

}  // namespace collab::net
