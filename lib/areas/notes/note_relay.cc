// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/note_relay.h"

#include "areas/notes/note_operations.h"

namespace collab::notes {
namespace {

void post(rpc::Outbox& outbox, const proto::UpdateChannelBuffer& update,
          const std::vector<Collaborator>& collaborators, Sender sender) {
    if (update.operations().empty()) return;
    const auto tag = wire::tag_of<proto::UpdateChannelBuffer>();
    const auto body = wire::encode(tag, update);
    for (const auto& each : collaborators) {
        if (sender_of(each.peer) != sender)
            outbox.post({rpc::ToPeer{each.peer}, tag, body, {}, {}});
    }
}

}  // namespace

void relay_accepted(rpc::Outbox& outbox, ChannelId channel, const Accepted& accepted,
                    const std::vector<Collaborator>& collaborators) {
    proto::UpdateChannelBuffer update;
    update.set_channel_id(static_cast<std::uint64_t>(channel.value));
    for (std::size_t i = 0; i < accepted.applied.size(); ++i) {
        const auto& [operation, sender] = accepted.applied[i];
        *update.add_operations() = make_operation(operation);
        const bool last_of_run =
            i + 1 == accepted.applied.size() || accepted.applied[i + 1].sender != sender;
        if (!last_of_run) continue;
        post(outbox, update, collaborators, sender);
        update.clear_operations();
    }
}

void relay_others(rpc::Outbox& outbox, const proto::UpdateChannelBuffer& update,
                  const std::vector<Collaborator>& collaborators, PeerId sender) {
    proto::UpdateChannelBuffer others;
    proto::UpdateChannelBuffer line_endings;
    others.set_channel_id(update.channel_id());
    line_endings.set_channel_id(update.channel_id());
    for (const auto& each : update.operations()) {
        if (changes_text(each) || each.variant_case() == proto::Operation::VARIANT_NOT_SET)
            continue;
        *(each.has_update_line_ending() ? line_endings : others).add_operations() = each;
    }
    post(outbox, others, collaborators, sender_of(sender));
    post(outbox, line_endings, collaborators, sender_of(sender));
}

}  // namespace collab::notes
