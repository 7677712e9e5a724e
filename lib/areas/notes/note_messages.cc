// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/note_messages.h"

namespace collab::notes {

proto::Collaborator make_collaborator(const Collaborator& collaborator) {
    proto::Collaborator message;
    message.mutable_peer_id()->set_owner_id(collaborator.peer.server);
    message.mutable_peer_id()->set_id(collaborator.peer.connection);
    message.set_user_id(static_cast<std::uint64_t>(collaborator.user.value));
    message.set_replica_id(collaborator.replica);
    message.set_is_host(false);
    return message;
}

void post_collaborators(rpc::Outbox& outbox, ChannelId channel,
                        const std::vector<Collaborator>& collaborators,
                        std::optional<PeerId> except) {
    proto::UpdateChannelBufferCollaborators message;
    message.set_channel_id(static_cast<std::uint64_t>(channel.value));
    for (const auto& each : collaborators) *message.add_collaborators() = make_collaborator(each);
    const auto tag = wire::tag_of<proto::UpdateChannelBufferCollaborators>();
    const auto body = wire::encode(tag, message);
    for (const auto& each : collaborators) {
        if (each.peer != except) outbox.post({rpc::ToPeer{each.peer}, tag, body, {}, {}});
    }
}

}  // namespace collab::notes
