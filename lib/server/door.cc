// SPDX-License-Identifier: Apache-2.0
#include "server/door.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace collab::server {
namespace {

constexpr std::string_view kForwarded[] = {"forwarded",        "x-forwarded-for",
                                           "x-forwarded-host", "x-forwarded-proto",
                                           "x-forwarded-port", "x-real-ip"};

struct Address {
    int family = AF_UNSPEC;
    unsigned char bytes[16] = {};
};

std::optional<Address> parse_address(std::string_view text) {
    const std::string copy(text);
    Address address;
    if (::inet_pton(AF_INET, copy.c_str(), address.bytes) == 1) {
        address.family = AF_INET;
        return address;
    }
    if (::inet_pton(AF_INET6, copy.c_str(), address.bytes) != 1) return {};
    address.family = AF_INET6;
    return address;
}

bool in_network(const std::string& peer, std::string_view network) {
    const auto slash = network.find('/');
    const auto base = parse_address(network.substr(0, slash));
    const auto address = parse_address(peer);
    if (!base || !address || base->family != address->family) return false;
    unsigned bits = base->family == AF_INET ? 32 : 128;
    if (slash != std::string_view::npos) {
        bits = std::min(bits, parse_uint32(network.substr(slash + 1)).value_or(bits));
    }
    if (std::memcmp(base->bytes, address->bytes, bits / 8) != 0) return false;
    if (bits % 8 == 0) return true;
    const auto mask = static_cast<unsigned char>(0xff << (8 - bits % 8));
    return ((base->bytes[bits / 8] ^ address->bytes[bits / 8]) & mask) == 0;
}

bool from_proxy(const net::HttpRequest& request, const DoorSettings& settings) {
    return std::ranges::any_of(settings.trusted_proxies, [&](const std::string& proxy) {
        return in_network(request.peer_address, proxy);
    });
}

// Without port and brackets, in lower case.
std::string host_of(std::string_view host) {
    if (host.starts_with('[')) return to_lower_ascii(host.substr(1, host.find(']') - 1));
    return to_lower_ascii(host.substr(0, host.rfind(':')));
}

std::string host_of_url(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
    return host_of(url.substr(0, url.find('/')));
}

bool is_our_name(const std::string& host, const DoorSettings& settings) {
    if (parse_address(host) || host == "localhost" || host.ends_with(".local")) return true;
    if (host == to_lower_ascii(settings.host_name)) return true;
    if (settings.public_url && host == host_of_url(*settings.public_url)) return true;
    return std::ranges::any_of(settings.allowed_hosts, [&](const std::string& allowed) {
        return host == to_lower_ascii(allowed);
    });
}

}  // namespace

std::optional<net::HttpResponse> check_door(const net::HttpRequest& request,
                                            const DoorSettings& settings) {
    const bool proxied = std::ranges::any_of(
        kForwarded, [&](std::string_view name) { return request.header(name).has_value(); });
    net::HttpResponse refused;
    if (proxied && !request.unix_socket && !from_proxy(request, settings)) {
        refused.status = 400;
        refused.body = "forwarded headers are taken from trusted proxies only: add " +
                       request.peer_address + " to trusted_proxies";
        return refused;
    }
    const auto host = request.header("host");
    if (request.unix_socket || (host && is_our_name(host_of(*host), settings))) return {};
    refused.status = 421;
    refused.body = host ? "this server does not answer to the name '" + escape_control(*host) +
                              "': add it to allowed_hosts"
                        : "the request has no Host header";
    return refused;
}

std::string base_url(const net::HttpRequest& request, const DoorSettings& settings) {
    if (settings.public_url) return *settings.public_url;
    bool tls = request.tls;
    std::string host(request.header("host").value_or("localhost"));
    if (from_proxy(request, settings)) {
        if (const auto proto = request.header("x-forwarded-proto")) tls = *proto == "https";
        if (const auto forwarded = request.header("x-forwarded-host")) host = *forwarded;
    }
    return (tls ? "https://" : "http://") + host;
}

bool is_local(const net::HttpRequest& request, const DoorSettings& settings) {
    return request.unix_socket || (request.loopback && !from_proxy(request, settings));
}

}  // namespace collab::server
