// SPDX-License-Identifier: Apache-2.0
#pragma once

// Makes listening sockets: TCP, dual stack where there is IPv6, and Unix sockets with their files.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/server.h"

namespace collab::net {

struct ListeningSocket {
    UniqueFd fd;
    bool tcp = true;
    std::string unix_path = {};  // of a Unix socket
    bool owns_file = false;      // remove unix_path at the end
};

// The sockets for one "host:port". Errors: unavailable: taken, with the holder if /proc tells;
// invalid; denied.
Result<std::vector<ListeningSocket>> listen_tcp(std::string_view host_and_port);

// Replaces the file of a server that is gone; one that answers is left alone. Errors: unavailable:
// taken; invalid: the path, or something else than a socket lies there; denied.
Result<ListeningSocket> listen_unix(const UnixListener& listener);

// A socket that another process (systemd) bound and handed over. Error invalid: not listening.
Result<ListeningSocket> listen_inherited(int fd);

// The port that `fd` listens on, 0 for a Unix socket.
std::uint16_t local_port(int fd);

// "'nginx' (process 812)" for who listens on a TCP port of this machine; empty when unknown, for
// instance because it belongs to another user.
std::string port_holder(std::uint16_t port);

}  // namespace collab::net
