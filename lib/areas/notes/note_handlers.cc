// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/note_handlers.h"

#include <algorithm>
#include <ranges>
#include <set>

#include "areas/channels/channel_access.h"
#include "areas/notes/leaving.h"
#include "areas/notes/note_messages.h"
#include "areas/notes/note_operations.h"

namespace collab::notes {
namespace {

// Lower ids mean something else to clients (decisions 9).
constexpr std::uint32_t kFirstReplica = 8;
// Notes that one request may rejoin; nobody has more of them open.
constexpr int kMostRejoined = 1024;

ChannelId channel_id(std::uint64_t number) {
    return {static_cast<std::int64_t>(number)};
}

std::uint32_t unused_replica(const std::vector<Collaborator>& collaborators, const OpenNote& open) {
    auto used = open.reserved(collaborators);
    for (const auto& each : collaborators) used.insert(each.replica);
    std::uint32_t replica = kFirstReplica;
    while (used.contains(replica)) ++replica;
    return replica;
}

bool has_place(const std::vector<Collaborator>& collaborators, UserId user) {
    return std::ranges::find(collaborators, user, &Collaborator::user) != collaborators.end();
}

// The rows that a rejoining connection may go on with. Clients do not say which was theirs, and go
// on with its replica id; but they have `seen` all that they have written themselves, which may be
// more than what is stored here. Its own connection's is the one; else those whose connection is
// lost or was to another server come before those of the user's other windows, and those that the
// client has seen whole before others, which are of windows that got each other's. Only the best
// ones, the newest first; empty: none of them was theirs.
std::vector<const Collaborator*> places_of(const std::vector<Collaborator>& collaborators,
                                           const rpc::Caller& caller, const text::Version& seen,
                                           const text::Version& stored) {
    const auto* own = find_collaborator(collaborators, caller.peer);
    if (own != nullptr) return {own};
    const auto is_gone = [&](const Collaborator& each) {
        return each.lost || each.peer.server != caller.peer.server;
    };
    const auto is_here = [&](const Collaborator& each) {
        return each.user == caller.user && !is_gone(each);
    };
    const bool others_here = std::ranges::any_of(collaborators, is_here);
    const auto likeliness = [&](const Collaborator& each) {
        const auto replica = static_cast<std::uint16_t>(each.replica);
        const auto mine = seen.value(replica);
        const bool whole = seen.empty() || mine >= stored.value(replica);
        if (!whole && (!is_gone(each) || !others_here)) return 0;
        if (!is_gone(each)) return 1;
        return !whole ? 2 : mine <= stored.value(replica) ? 3 : 4;
    };
    std::vector<const Collaborator*> best;
    int most = 1;
    for (const auto& each : std::views::reverse(collaborators)) {
        const int likely = each.user == caller.user ? likeliness(each) : 0;
        if (likely < most) continue;
        if (likely > most) best.clear();
        most = likely;
        best.push_back(&each);
    }
    return best;
}

Status put_operations(const std::vector<StoredOperation>& rows,
                      google::protobuf::RepeatedPtrField<proto::Operation>* operations) {
    operations->Reserve(static_cast<int>(rows.size()));
    for (const auto& row : rows) {
        COLLAB_TRY(*operations->Add(), decode_operation(row.value));
    }
    return ok();
}

// Notes that a client wants to go on with. All of a request are asked for together, step by step.
struct Rejoining {
    const proto::ChannelBufferVersion* request = nullptr;
    ChannelId channel;
    text::Version seen;  // by the client
    db::Ticket access = 0;
    db::Ticket locked = 0;
    db::Ticket people = 0;
    std::optional<HistoryTickets> history;
    std::optional<db::Ticket> unseen;

    std::optional<Note> note;
    std::vector<Collaborator> collaborators;
    const Collaborator* place = nullptr;
    std::shared_ptr<OpenNote> open;
    std::vector<StoredOperation> missing;
};

std::vector<Rejoining> ask(rpc::Call& call, const proto::RejoinChannelBuffers& request) {
    std::vector<Rejoining> all;
    std::set<std::uint64_t> named;
    for (const auto& each : request.buffers()) {
        if (!named.insert(each.channel_id()).second) continue;
        const auto seen = parse_version(each.version());
        if (!seen.ok()) continue;
        Rejoining rejoining;
        rejoining.request = &each;
        rejoining.channel = channel_id(each.channel_id());
        rejoining.seen = *seen;
        rejoining.access = channels::send_access(call.tx, rejoining.channel, call.user());
        rejoining.locked = send_locked_note(call.tx, rejoining.channel);
        rejoining.people = send_collaborators(call.tx, rejoining.channel);
        all.push_back(std::move(rejoining));
    }
    return all;
}

// False: the client cannot go on with these notes.
Result<bool> may_rejoin(rpc::Call& call, Rejoining& each) {
    COLLAB_TRY(const auto access,
               channels::receive_access_if_any(call.tx, each.access, call.user()));
    COLLAB_TRY(each.note, receive_note(call.tx, each.locked));
    COLLAB_TRY(each.collaborators, receive_collaborators(call.tx, each.people));
    if (!access || !each.note) return false;
    const auto role = access->role();
    if (!role || *role == rpc::Role::banned) return false;
    if (static_cast<std::uint64_t>(each.note->epoch) != each.request->epoch()) return false;
    return has_place(each.collaborators, call.user());
}

// Opens those that are not open here, and leaves out those where the client has no place.
Status open_all(rpc::Call& call, std::vector<Rejoining>& all) {
    const auto& notes = call.services.get<OpenNotes>();
    for (auto& each : all) {
        each.open = notes.current(*each.note);
        if (!each.open) each.history = send_history(call.tx, *each.note);
    }
    for (auto& each : all) {
        if (!each.history) continue;
        COLLAB_TRY(const auto history, receive_history(call.tx, *each.history));
        each.open = std::make_shared<OpenNote>(*each.note, history);
        notes.put(*each.note, each.open);
    }
    for (auto& each : all) {
        if (each.open->damaged()) continue;
        const auto places =
            places_of(each.collaborators, call.caller, each.seen, each.open->buffer().version());
        if (places.empty()) continue;
        each.place = places.front();
        if (places.size() == 1) continue;
        for (const auto* place : places) each.open->reserve(place->replica, place->user);
    }
    std::erase_if(all, [](const Rejoining& each) { return each.place == nullptr; });
    return ok();
}

// Asks for what the client has not seen, by what is applied here.
void ask_for_unseen(rpc::Call& call, Rejoining& each) {
    if (each.open->has_early_rows()) {
        each.history = send_history(call.tx, *each.note);
        return;
    }
    each.history.reset();
    std::vector<std::int64_t> behind;
    std::uint32_t after = text::kMaxLamportValue;
    for (const auto& entry : each.open->buffer().version().entries()) {
        if (each.seen.observed(entry)) continue;
        behind.push_back(entry.replica);
        after = std::min(after, each.seen.value(entry.replica));
    }
    if (!behind.empty()) each.unseen = send_operations(call.tx, *each.note, behind, after);
}

Status fetch_unseen(rpc::Call& call, Rejoining& each) {
    if (each.history) {
        COLLAB_TRY(auto history, receive_history(call.tx, *each.history));
        each.missing = std::move(history.operations);
    } else if (each.unseen) {
        COLLAB_TRY(each.missing, receive_operations(call.tx, *each.unseen));
    }
    std::erase_if(each.missing, [&](const auto& row) { return each.seen.observed(row.at); });
    return ok();
}

Status move_place(rpc::Call& call, Rejoining& each) {
    COLLAB_DO(move_collaborator(call.tx, each.channel, each.place->peer, call.peer()));
    for (auto& collaborator : each.collaborators) {
        if (&collaborator == each.place) collaborator.peer = call.peer();
    }
    post_collaborators(call.outbox, each.channel, each.collaborators, call.peer());
    return ok();
}

Result<proto::RejoinedChannelBuffer> make_rejoined(const Rejoining& each) {
    proto::RejoinedChannelBuffer rejoined;
    rejoined.set_channel_id(each.request->channel_id());
    put_version(each.open->buffer().version(), rejoined.mutable_version());
    COLLAB_DO(put_operations(each.missing, rejoined.mutable_operations()));
    for (const auto& collaborator : each.collaborators) {
        *rejoined.add_collaborators() = make_collaborator(collaborator);
    }
    return rejoined;
}

}  // namespace

Result<proto::JoinChannelBufferResponse> join_channel_buffer(
    rpc::Call& call, const proto::JoinChannelBuffer& request) {
    const auto id = channel_id(request.channel_id());
    const auto locked = send_locked_note(call.tx, id);
    COLLAB_TRY(const auto access, channels::load_access(call.tx, id, call.user()));
    COLLAB_DO(channels::require_participant(access));
    COLLAB_TRY(auto found, receive_note(call.tx, locked));
    if (!found) {
        COLLAB_TRY(found, create_note(call.tx, id));
    }
    const Note note = *found;
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
    collaborators.push_back({call.peer(), call.user(), unused_replica(collaborators, *open)});
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
    if (request.buffers_size() > kMostRejoined) {
        return Error{ErrorCode::too_many,
                     "at most " + std::to_string(kMostRejoined) + " notes can be rejoined at once"};
    }
    auto asked = ask(call, request);
    std::vector<Rejoining> all;
    for (auto& each : asked) {
        COLLAB_TRY(const bool may, may_rejoin(call, each));
        if (may) all.push_back(std::move(each));
    }
    COLLAB_DO(open_all(call, all));
    for (auto& each : all) {
        COLLAB_DO(move_place(call, each));
        ask_for_unseen(call, each);
    }
    proto::RejoinChannelBuffersResponse response;
    for (auto& each : all) {
        COLLAB_DO(fetch_unseen(call, each));
        COLLAB_TRY(*response.add_buffers(), make_rejoined(each));
    }
    return response;
}

Status ack_buffer_operation(rpc::Call& call, const proto::AckBufferOperation& request) {
    COLLAB_TRY(const auto version, parse_version(request.version()));
    if (version.empty()) return ok();
    COLLAB_TRY(const auto note,
               find_note(call.tx, {static_cast<std::int64_t>(request.buffer_id())}));
    if (!note) return Error{ErrorCode::not_found, "no such notes"};
    COLLAB_TRY(const auto access, channels::load_access(call.tx, note->channel, call.user()));
    COLLAB_DO(channels::require_participant(access));
    const auto newest = *std::ranges::max_element(version.entries());
    if (request.epoch() > static_cast<std::uint64_t>(note->epoch) ||
        newest.value > text::kMaxLamportValue) {
        return Error{ErrorCode::invalid, "nobody can have seen that version yet"};
    }
    return raise_observed(call.tx, call.user(), note->id,
                          {static_cast<std::int64_t>(request.epoch()), newest});
}

}  // namespace collab::notes
