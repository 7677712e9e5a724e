// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/lifecycle.h"

#include <set>

#include "areas/notes/leaving.h"
#include "areas/notes/note_messages.h"
#include "areas/notes/note_queries.h"

namespace collab::notes {
namespace {

std::set<ChannelId> channels_of(const std::vector<Removed>& removed) {
    std::set<ChannelId> channels;
    for (const auto& each : removed) channels.insert(each.channel);
    return channels;
}

}  // namespace

Status mark_connection_lost(rpc::Call& call, PeerId peer) {
    return mark_collaborators_lost(call.tx, peer);
}

Status leave_all(rpc::Call& call, PeerId peer) {
    COLLAB_TRY(const auto removed, remove_connection(call.tx, peer));
    for (const auto channel : channels_of(removed)) {
        COLLAB_TRY(const auto note, lock_note(call.tx, channel));
        COLLAB_DO(finish_leaving(call, channel, note));
    }
    return ok();
}

db::Ticket send_eviction(rpc::Call& call, ChannelId channel, const std::vector<UserId>& users) {
    return send_removal(call.tx, channel, users);
}

Status finish_eviction(rpc::Call& call, ChannelId channel, db::Ticket ticket) {
    COLLAB_TRY(const auto removed, receive_removed(call.tx, ticket));
    if (removed.empty()) return ok();
    COLLAB_TRY(const auto note, lock_note(call.tx, channel));
    return finish_leaving(call, channel, note);
}

Status sweep(rpc::Call& call, const std::vector<ServerId>& stale) {
    if (stale.empty()) return ok();
    COLLAB_TRY(const auto removed, remove_servers(call.tx, stale));
    for (const auto channel : channels_of(removed)) {
        COLLAB_TRY(const auto remaining, list_collaborators(call.tx, channel));
        post_collaborators(call.outbox, channel, remaining);
    }
    return ok();
}

}  // namespace collab::notes
