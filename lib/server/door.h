// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is refused before anything else is looked at: requests that a browser was tricked into, and
// forwarded headers from who is no proxy of ours (decisions 23, 24). Also how a client reached us.

#include <optional>
#include <string>
#include <vector>

#include "net/http.h"

namespace collab::server {

struct DoorSettings {
    std::optional<std::string> public_url;     // without trailing slash
    std::vector<std::string> trusted_proxies;  // addresses or networks
    std::vector<std::string> allowed_hosts;    // besides IP literals, localhost, our name, *.local
    std::string host_name;                     // of this machine
};

// The refusal: 400 for forwarded headers from a stranger, 421 for a Host that is not ours.
std::optional<net::HttpResponse> check_door(const net::HttpRequest& request,
                                            const DoorSettings& settings);

// "http://host:port" as the client sees us: public_url, or scheme and Host.
std::string base_url(const net::HttpRequest& request, const DoorSettings& settings);

// A direct connection from this machine or through a Unix socket; never one through a proxy.
bool is_local(const net::HttpRequest& request, const DoorSettings& settings);

}  // namespace collab::server
