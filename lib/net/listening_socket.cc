// SPDX-License-Identifier: Apache-2.0
#include "net/listening_socket.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "net/network_address.h"

namespace collab::net {
namespace {

constexpr int kBacklog = 1024;

ErrorCode code_of(int error) {
    if (error == EADDRINUSE) return ErrorCode::unavailable;
    if (error == EACCES || error == EPERM) return ErrorCode::denied;
    return ErrorCode::invalid;
}

Error cannot_listen(const std::string& where, int error, const std::string& holder = {}) {
    std::string message = "cannot listen on " + where + ": " + std::strerror(error);
    if (!holder.empty()) message += "; " + holder + " has it";
    return Error{code_of(error), std::move(message)};
}

socklen_t length_of(const sockaddr_storage& address) {
    return address.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
}

// Binds one address; errno says why not.
UniqueFd try_listen(const sockaddr_storage& address) {
    UniqueFd fd(::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return fd;
    const int on = 1;
    const int off = 0;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // Dual stack only for "[::]": a particular IPv6 address has no IPv4 side.
    if (address.ss_family == AF_INET6) {
        setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    }
    const auto* raw = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(fd.get(), raw, length_of(address)) != 0 || ::listen(fd.get(), kBacklog) != 0) {
        const int error = errno;
        fd.reset();
        errno = error;
    }
    return fd;
}

bool is_any_v6(const sockaddr_storage& address) {
    return address.ss_family == AF_INET6 && ip_of(address) == IpAddress{};
}

sockaddr_storage any_v4(std::uint16_t port) {
    sockaddr_storage address{};
    auto& v4 = reinterpret_cast<sockaddr_in&>(address);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return address;
}

bool means_no_ipv6(int error) {
    return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

Result<sockaddr_un> unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        return Error{ErrorCode::invalid, "socket path '" + path + "' must have 1 to 107 bytes"};
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

bool somebody_answers(const sockaddr_un& address) {
    const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto* raw = reinterpret_cast<const sockaddr*>(&address);
    // A full backlog (EAGAIN) is alive too.
    return ::connect(probe.get(), raw, sizeof address) == 0 || errno != ECONNREFUSED;
}

Status remove_dead_socket(const std::string& path, const sockaddr_un& address) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return ok();
    if (!S_ISSOCK(info.st_mode)) {
        return Error{ErrorCode::invalid, "'" + path + "' exists and is not a socket"};
    }
    if (somebody_answers(address)) {
        return Error{ErrorCode::unavailable, "'" + path + "' belongs to a running server"};
    }
    ::unlink(path.c_str());
    return ok();
}

Status hand_to_group(const std::string& path, const std::string& group) {
    if (group.empty()) return ok();
    std::array<char, 4096> buffer{};
    struct group entry {};
    struct group* found = nullptr;
    getgrnam_r(group.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr) return Error{ErrorCode::invalid, "no group '" + group + "'"};
    if (::chown(path.c_str(), static_cast<uid_t>(-1), found->gr_gid) != 0) {
        return Error{code_of(errno), "cannot give '" + path + "' to group '" + group + "'"};
    }
    return ok();
}

}  // namespace

Result<std::vector<ListeningSocket>> listen_tcp(std::string_view host_and_port) {
    COLLAB_TRY(const auto addresses, resolve_listen_address(host_and_port));
    std::vector<ListeningSocket> sockets;
    for (const auto& address : addresses) {
        UniqueFd fd = try_listen(address);
        if (!fd && is_any_v6(address) && means_no_ipv6(errno)) {
            fd = try_listen(any_v4(port_of(address)));
        }
        if (!fd) {
            const int error = errno;
            const auto holder = error == EADDRINUSE ? port_holder(port_of(address)) : "";
            return cannot_listen(endpoint_text(address), error, holder);
        }
        sockets.push_back({.fd = std::move(fd)});
    }
    return sockets;
}

Result<ListeningSocket> listen_unix(const UnixListener& listener) {
    COLLAB_TRY(const sockaddr_un address, unix_address(listener.path));
    COLLAB_DO(remove_dead_socket(listener.path, address));
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto* raw = reinterpret_cast<const sockaddr*>(&address);
    // Nobody connects between bind() and chmod(): the socket does not listen yet.
    if (!fd || ::bind(fd.get(), raw, sizeof address) != 0) {
        return cannot_listen("'" + listener.path + "'", errno);
    }
    ListeningSocket made{
        .fd = std::move(fd), .tcp = false, .unix_path = listener.path, .owns_file = true};
    const auto give_up = [&listener](Error error) {
        ::unlink(listener.path.c_str());
        return error;
    };
    if (auto given = hand_to_group(listener.path, listener.group); !given) {
        return give_up(given.error());
    }
    if (::chmod(listener.path.c_str(), listener.mode) != 0 ||
        ::listen(made.fd.get(), kBacklog) != 0) {
        return give_up(cannot_listen("'" + listener.path + "'", errno));
    }
    return made;
}

Result<ListeningSocket> listen_inherited(int fd) {
    int listening = 0;
    socklen_t size = sizeof listening;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) {
        return Error{ErrorCode::invalid,
                     "inherited descriptor " + std::to_string(fd) + " is not a listening socket"};
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    ListeningSocket socket{.fd = UniqueFd(fd), .tcp = address.ss_family != AF_UNIX};
    if (!socket.tcp) socket.unix_path = reinterpret_cast<sockaddr_un&>(address).sun_path;
    return socket;
}

std::uint16_t local_port(int fd) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
    if (address.ss_family != AF_INET && address.ss_family != AF_INET6) return 0;
    return port_of(address);
}

}  // namespace collab::net
