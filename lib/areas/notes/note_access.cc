// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/note_access.h"

#include <utility>

namespace collab::notes {
namespace {

// Channels; anybody may ask about any that there is.
constexpr std::size_t kMostKnown = 4096;

}  // namespace

Result<NoteAccess*> NoteAccesses::load(rpc::Call& call, ChannelId channel) const {
    const auto version =
        call.tx.rows_version({"channels", "channel_members", "channel_buffer_collaborators"});
    if (known_.size() >= kMostKnown && !known_.contains(channel)) known_.clear();
    const auto known = known_.find(channel);
    const bool same = version && known != known_.end() && known->second.version == version;
    if (same && known->second.access.people.contains(call.user())) return &known->second.access;
    // What is known counts again when all has been read.
    Known fresh = known == known_.end() ? Known() : std::move(known->second);
    if (known != known_.end()) known_.erase(known);
    const auto person = channels::send_access(call.tx, channel, call.user());
    if (!same) {
        fresh = {version, {}};
        const auto collaborators = send_collaborators(call.tx, channel);
        const auto note = send_locked_note(call.tx, channel);
        COLLAB_TRY(fresh.access.collaborators, receive_collaborators(call.tx, collaborators));
        COLLAB_TRY(fresh.access.note, receive_note(call.tx, note));
    }
    COLLAB_TRY(fresh.access.people[call.user()],
               channels::receive_access(call.tx, person, call.user()));
    return &known_.insert_or_assign(channel, std::move(fresh)).first->second.access;
}

Status NoteAccesses::load_people(rpc::Call& call, ChannelId channel, const std::set<UserId>& users,
                                 NoteAccess& access) {
    std::vector<std::pair<UserId, db::Ticket>> asked;
    for (const auto user : users) {
        if (access.people.contains(user)) continue;
        asked.emplace_back(user, channels::send_access(call.tx, channel, user));
    }
    for (const auto& [user, ticket] : asked) {
        COLLAB_TRY(access.people[user], channels::receive_access(call.tx, ticket, user));
    }
    return ok();
}

}  // namespace collab::notes
