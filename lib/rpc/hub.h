// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who is connected, and delivery to them: everything that leaves goes through here, addressed to a
// PeerId. A peer of another server process is counted as elsewhere. Thread: loop.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "rpc/index.h"
#include "rpc/outbox.h"
#include "rpc/session.h"

namespace collab::rpc {

class Hub {
public:
    explicit Hub(const Index& index) : index_(index) {}

    // The server half of the peer ids of this process, once it is known.
    void set_server(ServerId server) { server_ = static_cast<std::uint32_t>(server.value); }
    std::uint32_t server() const { return server_; }

    Session& add(std::unique_ptr<Session> session);
    // Destroys the session. No-op when it is gone already.
    void remove(PeerId peer);

    // Null when not connected here. Valid until the session is removed.
    Session* session(PeerId peer) const;
    bool online(UserId user) const { return peers_by_user_.contains(user); }
    std::span<const PeerId> peers_of(UserId user) const;
    std::size_t size() const { return sessions_.size(); }
    template <class F>
    void for_each_session(F&& f) const {
        for (const auto& [connection, session] : sessions_) f(*session);
    }

    template <class M>
    void to_peer(PeerId peer, const M& message) {
        send(peer, wire::tag_of<M>(), wire::encode(wire::tag_of<M>(), message));
    }
    template <class M>
    void to_user(UserId user, const M& message) {
        const auto body = wire::encode(wire::tag_of<M>(), message);
        for (const auto peer : peers_of(user)) send(peer, wire::tag_of<M>(), body);
    }
    void send(PeerId peer, std::uint32_t tag, const wire::Body& body);
    void forward(PeerId peer, std::uint32_t tag, const wire::Body& body, PeerId sender);

    // The connections that an address means now.
    std::vector<PeerId> resolve(const Address& address) const;
    void deliver(const Post& post);

    // Posts and peers that were addressed on other servers, ever.
    std::uint64_t elsewhere() const { return elsewhere_; }

    // Called with a user's presence turning: the first connection came, the last one went.
    using PresenceObserver = std::function<void(UserId, bool online)>;
    void observe_presence(PresenceObserver observer) { observer_ = std::move(observer); }

private:
    const Index& index_;
    std::uint32_t server_ = 0;
    std::unordered_map<std::uint32_t, std::unique_ptr<Session>> sessions_;
    std::unordered_map<UserId, std::vector<PeerId>> peers_by_user_;
    mutable std::uint64_t elsewhere_ = 0;
    PresenceObserver observer_;
};

}  // namespace collab::rpc
