// SPDX-License-Identifier: Apache-2.0
#include "rpc/hub.h"

namespace collab::rpc {

Session& Hub::add(std::unique_ptr<Session> session) {
    const PeerId peer = session->peer();
    const UserId user = session->caller().user;
    auto& added = *(sessions_[peer.connection] = std::move(session));
    auto& peers = peers_by_user_[user];
    peers.push_back(peer);
    if (peers.size() == 1 && observer_) observer_(user, true);
    return added;
}

void Hub::remove(PeerId peer) {
    const auto found = sessions_.find(peer.connection);
    if (found == sessions_.end() || peer.server != server_) return;
    const UserId user = found->second->caller().user;
    sessions_.erase(found);
    auto& peers = peers_by_user_[user];
    std::erase(peers, peer);
    if (!peers.empty()) return;
    peers_by_user_.erase(user);
    if (observer_) observer_(user, false);
}

Session* Hub::session(PeerId peer) const {
    if (peer.server != server_) return nullptr;
    const auto found = sessions_.find(peer.connection);
    return found == sessions_.end() ? nullptr : found->second.get();
}

std::span<const PeerId> Hub::peers_of(UserId user) const {
    const auto found = peers_by_user_.find(user);
    if (found == peers_by_user_.end()) return {};
    return found->second;
}

void Hub::send(PeerId peer, std::uint32_t tag, const wire::Body& body) {
    if (auto* to = session(peer)) return to->send(tag, body);
    if (peer.server != server_) ++elsewhere_;
}

void Hub::forward(PeerId peer, std::uint32_t tag, const wire::Body& body, PeerId sender) {
    if (auto* to = session(peer)) {
        to->forward(tag, body, sender);
        return;
    }
    if (peer.server != server_) ++elsewhere_;
}

std::vector<PeerId> Hub::resolve(const Address& address) const {
    struct Resolver {
        const Hub& hub;
        std::vector<PeerId> operator()(const ToUser& to) const {
            const auto peers = hub.peers_of(to.user);
            return {peers.begin(), peers.end()};
        }
        std::vector<PeerId> operator()(const ToPeer& to) const { return {to.peer}; }
        std::vector<PeerId> operator()(const ToRoom& to) const {
            std::vector<PeerId> peers;
            if (const auto* room = hub.index_.room(to.room)) {
                for (const auto& participant : room->participants)
                    peers.push_back(participant.peer);
            }
            return peers;
        }
        std::vector<PeerId> operator()(const ToProject& to) const {
            return project(to.project, true);
        }
        std::vector<PeerId> operator()(const ToGuests& to) const {
            return project(to.project, false);
        }
        std::vector<PeerId> project(ProjectId id, bool with_host) const {
            std::vector<PeerId> peers;
            const auto* found = hub.index_.project(id);
            if (found == nullptr) return peers;
            for (const auto& collaborator : found->collaborators) {
                if (!collaborator.may_read || (collaborator.is_host && !with_host)) continue;
                peers.push_back(collaborator.peer);
            }
            return peers;
        }
    };
    return std::visit(Resolver{*this}, address);
}

void Hub::deliver(const Post& post) {
    for (const auto peer : resolve(post.address)) {
        if (peer == post.except) continue;
        if (post.sender) {
            forward(peer, post.tag, post.body, *post.sender);
        } else {
            send(peer, post.tag, post.body);
        }
    }
}

}  // namespace collab::rpc
