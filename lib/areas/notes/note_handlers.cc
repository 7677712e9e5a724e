// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/note_handlers.h"

#include <algorithm>
#include <set>

#include "areas/channels/channel_access.h"
#include "areas/notes/leaving.h"
#include "areas/notes/note_messages.h"
#include "areas/notes/note_operations.h"

namespace collab::notes {
namespace {

// Lower ids mean something else to clients (decisions 9).
constexpr std::uint32_t kFirstReplica = 8;

ChannelId channel_id(std::uint64_t number) {
    return {static_cast<std::int64_t>(number)};
}

std::uint32_t unused_replica(const std::vector<Collaborator>& collaborators) {
    std::set<std::uint32_t> used;
    for (const auto& each : collaborators) used.insert(each.replica);
    std::uint32_t replica = kFirstReplica;
    while (used.contains(replica)) ++replica;
    return replica;
}

// The row that a rejoining connection goes on with: its own, else one of its user whose connection
// is known to be lost, else any of its user.
const Collaborator* place_of(const std::vector<Collaborator>& collaborators,
                             const rpc::Caller& caller) {
    const Collaborator* best = find_collaborator(collaborators, caller.peer);
    for (const auto& each : collaborators) {
        if (each.user != caller.user || (best && (best->peer == caller.peer || best->lost)))
            continue;
        if (each.lost || !best) best = &each;
    }
    return best;
}

// What the client has not seen, by what is applied here.
Result<std::vector<StoredOperation>> unseen_operations(rpc::Call& call, const Note& note,
                                                       const OpenNote& open,
                                                       const text::Version& seen) {
    std::vector<StoredOperation> unseen;
    if (open.has_early_rows()) {
        COLLAB_TRY(auto history, load_history(call.tx, note));
        unseen = std::move(history.operations);
    } else {
        std::vector<std::int64_t> behind;
        std::uint32_t after = text::kMaxLamportValue;
        for (const auto& entry : open.buffer().version().entries()) {
            if (seen.observed(entry)) continue;
            behind.push_back(entry.replica);
            after = std::min(after, seen.value(entry.replica));
        }
        if (behind.empty()) return unseen;
        COLLAB_TRY(unseen, list_operations(call.tx, note, behind, after));
    }
    std::erase_if(unseen, [&](const auto& each) { return seen.observed(each.at); });
    return unseen;
}

Status put_operations(const std::vector<StoredOperation>& rows,
                      google::protobuf::RepeatedPtrField<proto::Operation>* operations) {
    operations->Reserve(static_cast<int>(rows.size()));
    for (const auto& row : rows) {
        COLLAB_TRY(*operations->Add(), decode_operation(row.value));
    }
    return ok();
}

// Nothing: the client cannot go on with these notes.
Result<std::optional<proto::RejoinedChannelBuffer>> rejoin(
    rpc::Call& call, const proto::ChannelBufferVersion& request) {
    const std::optional<proto::RejoinedChannelBuffer> cannot;
    const auto id = channel_id(request.channel_id());
    const auto seen = parse_version(request.version());
    COLLAB_TRY(const auto channel, channels::find_channel(call.tx, id));
    if (!channel || !seen.ok()) return cannot;
    COLLAB_TRY(const auto role, channels::find_role(call.tx, *channel, call.user()));
    if (!role || *role == rpc::Role::banned) return cannot;
    COLLAB_TRY(const auto note, lock_note(call.tx, id));
    if (!note || static_cast<std::uint64_t>(note->epoch) != request.epoch()) return cannot;
    COLLAB_TRY(auto collaborators, list_collaborators(call.tx, id));
    const auto* place = place_of(collaborators, call.caller);
    if (place == nullptr) return cannot;
    COLLAB_TRY(const auto open, open_note(call, *note));
    if (open->damaged()) return cannot;
    COLLAB_DO(move_collaborator(call.tx, id, place->peer, call.peer()));
    for (auto& each : collaborators) {
        if (&each == place) each.peer = call.peer();
    }
    post_collaborators(call.outbox, id, collaborators, call.peer());
    proto::RejoinedChannelBuffer rejoined;
    rejoined.set_channel_id(request.channel_id());
    put_version(open->buffer().version(), rejoined.mutable_version());
    COLLAB_TRY(const auto unseen, unseen_operations(call, *note, *open, *seen));
    COLLAB_DO(put_operations(unseen, rejoined.mutable_operations()));
    for (const auto& each : collaborators) *rejoined.add_collaborators() = make_collaborator(each);
    return std::optional(std::move(rejoined));
}

}  // namespace

Result<proto::JoinChannelBufferResponse> join_channel_buffer(
    rpc::Call& call, const proto::JoinChannelBuffer& request) {
    const auto id = channel_id(request.channel_id());
    COLLAB_TRY(const auto channel, channels::load_channel(call.tx, id));
    COLLAB_DO(channels::require_participant(call.tx, channel, call.user()));
    COLLAB_TRY(const auto note, lock_or_create_note(call.tx, id));
    const auto ticket = send_collaborators(call.tx, id);
    COLLAB_TRY(const auto history, load_history(call.tx, note));
    COLLAB_TRY(auto collaborators, receive_collaborators(call.tx, ticket));
    if (find_collaborator(collaborators, call.peer()) != nullptr) {
        return Error{ErrorCode::conflict, "this connection has these notes open already"};
    }
    const auto& notes = call.services.get<OpenNotes>();
    auto open = notes.current(note);
    if (!open) {
        open = std::make_shared<OpenNote>(note, history);
        notes.put(note, open);
    }
    if (open->damaged()) return *open->damaged();
    collaborators.push_back({call.peer(), call.user(), unused_replica(collaborators)});
    COLLAB_DO(insert_collaborator(call.tx, id, collaborators.back()));
    if (!history.operations.empty()) {
        COLLAB_DO(set_observed(call.tx, call.user(), note.id,
                               {note.epoch, history.operations.back().at}));
    }
    proto::JoinChannelBufferResponse response;
    response.set_buffer_id(static_cast<std::uint64_t>(note.id.value));
    response.set_replica_id(collaborators.back().replica);
    response.set_base_text(history.base_text);
    response.set_epoch(static_cast<std::uint64_t>(note.epoch));
    COLLAB_DO(put_operations(history.operations, response.mutable_operations()));
    for (const auto& each : collaborators) *response.add_collaborators() = make_collaborator(each);
    call.outbox.reply();
    post_collaborators(call.outbox, id, collaborators, call.peer());
    return response;
}

Status leave_channel_buffer(rpc::Call& call, const proto::LeaveChannelBuffer& request) {
    const auto id = channel_id(request.channel_id());
    COLLAB_TRY(const auto note, lock_note(call.tx, id));
    COLLAB_TRY(const auto removed, remove_connections(call.tx, id, {call.peer()}));
    if (removed.empty()) {
        return Error{ErrorCode::invalid, "these notes are not open on this connection"};
    }
    call.outbox.reply();
    return finish_leaving(call, id, note);
}

Result<proto::RejoinChannelBuffersResponse> rejoin_channel_buffers(
    rpc::Call& call, const proto::RejoinChannelBuffers& request) {
    proto::RejoinChannelBuffersResponse response;
    for (const auto& each : request.buffers()) {
        COLLAB_TRY(auto rejoined, rejoin(call, each));
        if (rejoined) *response.add_buffers() = *std::move(rejoined);
    }
    return response;
}

Status ack_buffer_operation(rpc::Call& call, const proto::AckBufferOperation& request) {
    COLLAB_TRY(const auto version, parse_version(request.version()));
    if (version.empty()) return ok();
    COLLAB_TRY(const auto note,
               find_note(call.tx, {static_cast<std::int64_t>(request.buffer_id())}));
    if (!note) return Error{ErrorCode::not_found, "no such notes"};
    COLLAB_TRY(const auto channel, channels::load_channel(call.tx, note->channel));
    COLLAB_DO(channels::require_participant(call.tx, channel, call.user()));
    const auto newest = *std::ranges::max_element(version.entries());
    if (request.epoch() > static_cast<std::uint64_t>(note->epoch) ||
        newest.value > text::kMaxLamportValue) {
        return Error{ErrorCode::invalid, "nobody can have seen that version yet"};
    }
    return raise_observed(call.tx, call.user(), note->id,
                          {static_cast<std::int64_t>(request.epoch()), newest});
}

}  // namespace collab::notes
