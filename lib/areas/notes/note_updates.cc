// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/note_updates.h"

#include <algorithm>
#include <map>

#include "areas/channels/channel_access.h"
#include "areas/notes/leaving.h"
#include "areas/notes/note_access.h"
#include "areas/notes/note_messages.h"
#include "areas/notes/note_operations.h"
#include "areas/notes/note_relay.h"
#include "areas/notes/unseen_notes.h"
#include "areas/notes/whole_update.h"
#include "base/log.h"

namespace collab::notes {
namespace {

using Collaborators = std::vector<Collaborator>;

bool changes_any_text(const proto::UpdateChannelBuffer& request) {
    return std::ranges::any_of(request.operations(),
                               [](const auto& each) { return changes_text(each); });
}

bool only_selects(const proto::UpdateChannelBuffer& request) {
    return std::ranges::all_of(request.operations(), [](const auto& each) {
        return each.has_update_selections() ||
               each.variant_case() == proto::Operation::VARIANT_NOT_SET;
    });
}

// Whose operations count: of the collaborators that have something waiting, and of the caller.
Result<Present> present_in(rpc::Call& call, ChannelId channel, NoteAccess& access,
                           const OpenNote& open) {
    const auto waiting = open.waiting();
    std::set<UserId> users;
    for (const auto& each : access.collaborators) {
        if (waiting.contains(sender_of(each))) users.insert(each.user);
    }
    COLLAB_DO(NoteAccesses::load_people(call, channel, users, access));
    Present present;
    for (const auto& each : access.collaborators) {
        const auto person = access.people.find(each.user);
        present.add(each,
                    person != access.people.end() && channels::require_member(person->second).ok());
    }
    return present;
}

// The edits and undos of a message that are to be tried; one that is wrong in itself is refused.
std::vector<text::Operation> batch_of(rpc::Call& call, const proto::UpdateChannelBuffer& request,
                                      const Present& present, Sender sender,
                                      std::vector<text::DeferredOperations::Refused>& refused) {
    std::vector<text::Operation> batch;
    const auto refuse = [&](Error error) { refused.push_back({{}, sender, std::move(error)}); };
    for (const auto& each : request.operations()) {
        if (!changes_text(each)) continue;
        if (each.ByteSizeLong() > call.settings.limits.note_operation) {
            refuse({ErrorCode::too_many, "the operation is too long"});
            continue;
        }
        auto operation = parse_operation(each);
        if (!operation.ok()) {
            refuse(std::move(operation).error());
        } else if (present.counts(text::timestamp(*operation), sender)) {
            batch.push_back(std::move(operation).value());
        }
    }
    return batch;
}

std::vector<StoredOperation> encode(const Accepted& accepted) {
    std::vector<StoredOperation> rows;
    rows.reserve(accepted.applied.size());
    for (const auto& each : accepted.applied) {
        rows.push_back({text::timestamp(each.operation), encode_operation(each.operation)});
    }
    return rows;
}

// Writes what was accepted, as `rows`, and what its authors have thereby seen. Returns the newest
// timestamp of each replica.
Result<UnseenNotes::News> store(rpc::Call& call, Note& note, const Accepted& accepted,
                                const std::vector<StoredOperation>& rows,
                                const Collaborators& collaborators) {
    UnseenNotes::News news;
    news.channel = note.channel;
    news.epoch = note.epoch;
    COLLAB_DO(insert_operations(call.tx, note, rows));
    std::map<Sender, text::Lamport> newest;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto& of_sender = newest[accepted.applied[i].sender];
        of_sender = std::max(of_sender, rows[i].at);
    }
    for (const auto& [sender, at] : newest) {
        const Note::Latest latest{note.epoch, at};
        if (!note.latest || *note.latest < latest) note.latest = latest;
        auto& of_replica = news.version[at.replica];
        of_replica = std::max(of_replica, at.value);
        for (const auto& each : collaborators) {
            if (sender_of(each) != sender) continue;
            COLLAB_DO(raise_observed(call.tx, each.user, note.id, latest));
        }
    }
    note.stamp = new_stamp(call);
    COLLAB_DO(update_note(call.tx, note));
    return news;
}

// Who has several windows may have got for one the place of another that is away (places_of in
// note_handlers.cc). What it writes tells whose replica id it goes on with.
Status learn_replica(rpc::Call& call, ChannelId channel, const Accepted& accepted, Sender sender,
                     Collaborators& collaborators) {
    const auto newest = std::ranges::find(accepted.applied.rbegin(), accepted.applied.rend(),
                                          sender, &text::DeferredOperations::Delivered::sender);
    if (newest == accepted.applied.rend()) return ok();
    const auto replica = text::timestamp(newest->operation).replica;
    const auto own = std::ranges::find(collaborators, sender, sender_of);
    const auto other = std::ranges::find(collaborators, replica, &Collaborator::replica);
    if (own == collaborators.end() || other == collaborators.end() || own == other) return ok();
    const bool away = other->lost || other->peer.server != own->peer.server;
    if (other->user != own->user || !away) return ok();
    COLLAB_DO(exchange_replicas(call.tx, channel, *own, *other));
    post_collaborators(call.outbox, channel, collaborators);
    return ok();
}

// Takes whoever sent something wrong out of the notes.
Status expel(rpc::Call& call, const Note& note, const Accepted& accepted,
             const Collaborators& collaborators) {
    std::vector<PeerId> peers;
    for (const auto& refused : accepted.refused) {
        for (const auto& each : collaborators) {
            if (sender_of(each) != refused.sender) continue;
            log(LogLevel::debug,
                "user " + std::to_string(each.user.value) + " leaves the notes of channel " +
                    std::to_string(note.channel.value) + ": " + refused.error.message);
            peers.push_back(each.peer);
        }
    }
    if (peers.empty()) return ok();
    COLLAB_DO(remove_connections(call.tx, note.channel, peers));
    return finish_leaving(call, note.channel, note);
}

Status change_text(rpc::Call& call, const channels::Channel& channel,
                   const proto::UpdateChannelBuffer& request, Sender sender, NoteAccess& access) {
    auto& collaborators = access.collaborators;
    auto& note = access.note;
    if (!note) return Error{ErrorCode::internal, "somebody has notes open that do not exist"};
    COLLAB_TRY(const auto open, open_note(call, *note));
    if (open->damaged()) return *open->damaged();
    COLLAB_TRY(const auto present, present_in(call, channel.id, access, *open));
    std::vector<text::DeferredOperations::Refused> refused;
    auto batch = batch_of(call, request, present, sender, refused);
    auto accepted = open->accept(std::move(batch), sender, present);
    std::ranges::move(refused, std::back_inserter(accepted.refused));
    COLLAB_TRY(const bool whole, is_whole(call, *note, *open, request, accepted));
    if (!accepted.applied.empty()) {
        const auto rows = encode(accepted);
        if (whole) {
            relay_whole(call.outbox, request, call.frame, collaborators, sender);
        } else {
            relay_accepted(call.outbox, channel.id, accepted, rows, collaborators);
        }
        COLLAB_TRY(auto news, store(call, *note, accepted, rows, collaborators));
        open->set_stamp(note->stamp);
        news.root = channel.root();
        news.visibility = channel.visibility;
        for (const auto& each : collaborators) news.collaborators.push_back(each.peer);
        call.outbox.effect([news = std::move(news)](rpc::Live& live) mutable {
            live.state<UnseenNotes>().tell(live, std::move(news));
        });
    }
    if (!whole) relay_others(call.outbox, request, collaborators, sender);
    COLLAB_DO(learn_replica(call, channel.id, accepted, sender, collaborators));
    return expel(call, *note, accepted, collaborators);
}

}  // namespace

Status update_channel_buffer(rpc::Call& call, const proto::UpdateChannelBuffer& request) {
    const auto& accesses = call.services.get<OpenNotes>().accesses();
    COLLAB_TRY(NoteAccess* const access,
               accesses.load(call, {static_cast<std::int64_t>(request.channel_id())}));
    const auto& own = access->people.at(call.user());
    COLLAB_DO(only_selects(request) ? channels::require_participant(own)
                                    : channels::require_member(own));
    const auto* collaborator = find_collaborator(access->collaborators, call.peer());
    if (collaborator == nullptr) {
        return Error{ErrorCode::denied, "these notes are not open on this connection"};
    }
    const auto sender = sender_of(*collaborator);
    if (changes_any_text(request)) return change_text(call, own.channel, request, sender, *access);
    relay_others(call.outbox, request, access->collaborators, sender);
    return ok();
}

}  // namespace collab::notes
