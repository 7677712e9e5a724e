// SPDX-License-Identifier: Apache-2.0
#include "net/acceptor.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace collab::net {
namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr unsigned char kTlsHandshake = 0x16;  // first byte of a TLS ClientHello record

Peer peer_of(int fd, const sockaddr_storage& address, const ListeningSocket& listener) {
    Peer peer;
    if (listener.tcp) {
        peer.ip = ip_of(address);
        peer.text = peer.ip.text();
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return peer;
    }
    peer.text = "unix";
    peer.unix_path = &listener.unix_path;
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
        peer.uid = static_cast<int>(credentials.uid);
        peer.pid = credentials.pid;
    }
    return peer;
}

}  // namespace

Acceptor::Acceptor(Loop& loop, const ServerOptions& options, ServerCounters& counters,
                   Handover handover)
    : loop_(loop), options_(options), counters_(counters), handover_(std::move(handover)) {}

Acceptor::~Acceptor() {
    stop();
}

Status Acceptor::listen() {
    COLLAB_DO(set_limits(options_));
    std::vector<ListeningSocket> sockets;
    for (const int fd : options_.inherited) {
        COLLAB_TRY(ListeningSocket socket, listen_inherited(fd));
        sockets.push_back(std::move(socket));
    }
    for (const auto& address : options_.listen) {
        COLLAB_TRY(auto bound, listen_tcp(address));
        std::move(bound.begin(), bound.end(), std::back_inserter(sockets));
    }
    for (auto& socket : sockets) watch(std::move(socket));
    for (const auto& path : options_.unix_sockets) {
        COLLAB_TRY(ListeningSocket socket, listen_unix(path));
        watch(std::move(socket));  // from now on stop() removes the file
    }
    return ok();
}

Status Acceptor::set_limits(const ServerOptions& options) {
    std::vector<IpRange> trusted;
    for (const auto& range : options.trusted_proxies) {
        COLLAB_TRY(IpRange parsed, parse_range(range));
        trusted.push_back(parsed);
    }
    trusted_ = std::move(trusted);
    limits_.set(options.half_open_per_address, options.connects_per_second);
    return ok();
}

void Acceptor::watch(ListeningSocket socket) {
    auto& listener = listeners_.emplace_back(std::make_unique<Listener>());
    listener->socket = std::move(socket);
    listener->acceptor = this;
    ev_io_init(&listener->watcher, &Acceptor::on_listener, listener->socket.fd.get(), EV_READ);
    listener->watcher.data = listener.get();
    ev_io_start(loop_.native(), &listener->watcher);
}

void Acceptor::stop() {
    for (auto& listener : listeners_) {
        ev_io_stop(loop_.native(), &listener->watcher);
        if (listener->socket.owns_file) ::unlink(listener->socket.unix_path.c_str());
        listener->socket.owns_file = false;
        listener->socket.fd.reset();  // the Listener stays: peers point to its path
    }
    while (!newcomers_.empty()) forget(newcomers_.front());
}

std::vector<std::uint16_t> Acceptor::ports() const {
    std::vector<std::uint16_t> ports;
    for (const auto& listener : listeners_) {
        if (listener->socket.tcp) ports.push_back(local_port(listener->socket.fd.get()));
    }
    return ports;
}

void Acceptor::release(Peer& peer) {
    if (std::exchange(peer.counted, false)) limits_.release(peer.ip);
}

void Acceptor::on_listener(struct ev_loop*, ev_io* watcher, int) {
    auto* listener = static_cast<Listener*>(watcher->data);
    listener->acceptor->accept_from(*listener);
}

void Acceptor::accept_from(Listener& listener) {
    for (int i = 0; i < kAcceptsPerTurn; i++) {
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        UniqueFd fd(::accept4(listener.socket.fd.get(), reinterpret_cast<sockaddr*>(&address),
                              &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!fd) {
            if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) return;
            // The connection stays in the backlog and would wake us at once; sweep() resumes.
            for (auto& each : listeners_) ev_io_stop(loop_.native(), &each->watcher);
            paused_ = true;
            return;
        }
        Peer peer = peer_of(fd.get(), address, listener.socket);
        take(std::move(fd), std::move(peer));
    }
}

bool Acceptor::exempt(const Peer& peer) const {
    if (peer.unix_path != nullptr || peer.ip.is_loopback()) return true;
    return std::any_of(trusted_.begin(), trusted_.end(),
                       [&peer](const IpRange& range) { return range.contains(peer.ip); });
}

void Acceptor::take(UniqueFd fd, Peer peer) {
    counters_.accepted++;
    if (!exempt(peer)) {
        if (!limits_.admit(peer.ip, clock_.now())) {
            counters_.refused++;
            return;
        }
        peer.counted = true;
    }
    if (options_.tls == TlsMode::off || peer.unix_path != nullptr) {
        return handover_(std::move(fd), std::move(peer));
    }
    wait_for_first_byte(std::move(fd), std::move(peer));
}

void Acceptor::wait_for_first_byte(UniqueFd fd, Peer peer) {
    newcomers_.push_front({.fd = std::move(fd), .peer = std::move(peer), .since = clock_.now()});
    Newcomer& newcomer = newcomers_.front();
    newcomer.acceptor = this;
    newcomer.self = newcomers_.begin();
    ev_io_init(&newcomer.watcher, &Acceptor::on_newcomer, newcomer.fd.get(), EV_READ);
    newcomer.watcher.data = &newcomer;
    ev_io_start(loop_.native(), &newcomer.watcher);
}

void Acceptor::on_newcomer(struct ev_loop*, ev_io* watcher, int) {
    auto* newcomer = static_cast<Newcomer*>(watcher->data);
    newcomer->acceptor->look_at_first_byte(*newcomer);
}

void Acceptor::look_at_first_byte(Newcomer& newcomer) {
    unsigned char first = 0;
    const auto got = ::recv(newcomer.fd.get(), &first, 1, MSG_PEEK);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got != 1) return forget(newcomer);
    Peer peer = newcomer.peer;
    newcomer.peer.counted = false;  // forget() must not release it
    ev_io_stop(loop_.native(), &newcomer.watcher);
    UniqueFd fd = std::move(newcomer.fd);
    newcomers_.erase(newcomer.self);
    peer.tls = first == kTlsHandshake;
    const bool plain_allowed =
        options_.tls == TlsMode::both && (options_.insecure_http || peer.ip.is_private());
    peer.plain_refused = !peer.tls && !plain_allowed;
    handover_(std::move(fd), std::move(peer));
}

void Acceptor::forget(Newcomer& newcomer) {
    release(newcomer.peer);
    ev_io_stop(loop_.native(), &newcomer.watcher);
    newcomers_.erase(newcomer.self);
}

void Acceptor::sweep(MonotonicTime now) {
    // The oldest are at the back.
    while (!newcomers_.empty() && now - newcomers_.back().since >= options_.handshake_timeout) {
        forget(newcomers_.back());
    }
    limits_.forget_quiet(now);
    if (!std::exchange(paused_, false)) return;
    for (auto& listener : listeners_) {
        if (listener->socket.fd) ev_io_start(loop_.native(), &listener->watcher);
    }
}

}  // namespace collab::net
