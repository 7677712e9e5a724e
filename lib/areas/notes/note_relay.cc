// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/note_relay.h"

#include <algorithm>

#include "areas/notes/note_operations.h"
#include "wire/fields.h"

namespace collab::notes {
namespace {

constexpr std::uint32_t kChannelField = 1;
constexpr std::uint32_t kOperationsField = 2;

void post(rpc::Outbox& outbox, const wire::Body& body,
          const std::vector<Collaborator>& collaborators, Sender sender) {
    const auto tag = wire::tag_of<proto::UpdateChannelBuffer>();
    for (const auto& each : collaborators) {
        if (sender_of(each) != sender) outbox.post({rpc::ToPeer{each.peer}, tag, body, {}, {}});
    }
}

void post(rpc::Outbox& outbox, const proto::UpdateChannelBuffer& update,
          const std::vector<Collaborator>& collaborators, Sender sender) {
    if (update.operations().empty()) return;
    const auto body = wire::encode(wire::tag_of<proto::UpdateChannelBuffer>(), update);
    post(outbox, body, collaborators, sender);
}

// Every client's clock goes on from the greatest timestamp that it has been sent. Half of those
// that an edit may have are left to edits, or a guest could leave the others none (S21).
constexpr std::uint32_t kMaxUnstored = text::kMaxLamportValue / 2;

bool is_line_ending(const proto::Operation& operation) {
    return operation.has_update_line_ending();
}

// Whether clients can be given it.
bool travels(const proto::Operation& operation) {
    switch (operation.variant_case()) {
        case proto::Operation::kEdit:
        case proto::Operation::kUndo:
            return true;
        case proto::Operation::kUpdateSelections:
            return operation.update_selections().lamport_timestamp() <= kMaxUnstored;
        case proto::Operation::kUpdateDiagnostics:
            return operation.update_diagnostics().lamport_timestamp() <= kMaxUnstored;
        case proto::Operation::kUpdateCompletionTriggers:
            return operation.update_completion_triggers().lamport_timestamp() <= kMaxUnstored;
        case proto::Operation::kUpdateLineEnding:
            return operation.update_line_ending().lamport_timestamp() <= kMaxUnstored;
        case proto::Operation::VARIANT_NOT_SET:
            break;
    }
    return false;
}

// Those operations of `update` that `pick` picks.
template <class Pick>
proto::UpdateChannelBuffer part_of(const proto::UpdateChannelBuffer& update, Pick pick) {
    proto::UpdateChannelBuffer part;
    part.set_channel_id(update.channel_id());
    for (const auto& each : update.operations()) {
        if (pick(each)) *part.add_operations() = each;
    }
    return part;
}

void post_line_endings(rpc::Outbox& outbox, const proto::UpdateChannelBuffer& update,
                       const std::vector<Collaborator>& collaborators, Sender sender) {
    const auto endings =
        part_of(update, [](const auto& each) { return is_line_ending(each) && travels(each); });
    post(outbox, endings, collaborators, sender);
}

}  // namespace

void relay_accepted(rpc::Outbox& outbox, ChannelId channel, const Accepted& accepted,
                    const std::vector<StoredOperation>& stored,
                    const std::vector<Collaborator>& collaborators) {
    if (collaborators.size() < 2) return;
    const auto tag = wire::tag_of<proto::UpdateChannelBuffer>();
    const auto& applied = accepted.applied;
    std::string update;
    for (std::size_t i = 0; i < applied.size(); ++i) {
        if (update.empty()) {
            wire::put_varint_field(update, kChannelField,
                                   static_cast<std::uint64_t>(channel.value));
        }
        // A stored operation is the encoded message.
        wire::put_bytes_field(update, kOperationsField, stored[i].value);
        const bool last_of_run =
            i + 1 == applied.size() || applied[i + 1].sender != applied[i].sender;
        if (!last_of_run) continue;
        post(outbox, wire::encode(tag, wire::as_bytes(update)), collaborators, applied[i].sender);
        update.clear();
    }
}

void relay_whole(rpc::Outbox& outbox, const proto::UpdateChannelBuffer& update,
                 const wire::Body& frame, const std::vector<Collaborator>& collaborators,
                 Sender sender) {
    if (collaborators.size() < 2) return;
    const auto all_know = [](const auto& each) { return travels(each) && !is_line_ending(each); };
    if (frame && std::ranges::all_of(update.operations(), all_know))
        return post(outbox, frame, collaborators, sender);
    post(outbox, part_of(update, all_know), collaborators, sender);
    post_line_endings(outbox, update, collaborators, sender);
}

void relay_others(rpc::Outbox& outbox, const proto::UpdateChannelBuffer& update,
                  const std::vector<Collaborator>& collaborators, Sender sender) {
    const auto others = part_of(update, [](const auto& each) {
        return !changes_text(each) && travels(each) && !is_line_ending(each);
    });
    post(outbox, others, collaborators, sender);
    post_line_endings(outbox, update, collaborators, sender);
}

}  // namespace collab::notes
