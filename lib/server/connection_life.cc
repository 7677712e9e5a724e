// SPDX-License-Identifier: Apache-2.0
#include "server/connection_life.h"

#include "areas/chat/lifecycle.h"
#include "areas/contacts/presence.h"
#include "areas/notes/lifecycle.h"
#include "areas/rooms/leave.h"
#include "areas/rooms/lifecycle.h"
#include "areas/users/user_messages.h"
#include "areas/users/user_queries.h"
#include "proto/users.pb.h"

namespace collab::server {

namespace {

// The June 2025 generation ends before this version (decisions 8).
const Semver kMarch2026{0, 204, 1, {}, {}};

}  // namespace

Status greet(rpc::Call& call) {
    COLLAB_TRY(const auto user, users::find_user(call.tx, call.user()));
    if (!user) return Error{ErrorCode::not_found, "the user is gone"};
    if (!user->connected_once) {
        call.outbox.to_peer(call.peer(), proto::ShowContacts());
        COLLAB_DO(users::set_connected_once(call.tx, user->id));
    }
    if (call.caller.version < kMarch2026) {
        call.outbox.to_peer(call.peer(), users::make_plan_message(*user));
    }
    COLLAB_DO(contacts::post_initial_contacts(call));
    COLLAB_DO(rooms::post_incoming_call(call));
    return contacts::post_presence(call, {call.user()});
}

Status mark_lost(rpc::Call& call, PeerId peer) {
    COLLAB_DO(rooms::mark_connection_lost(call, peer));
    COLLAB_DO(notes::mark_connection_lost(call, peer));
    return chat::drop_connection(call, peer);
}

std::span<const FarewellStep> farewell_steps() {
    static constexpr FarewellStep kSteps[] = {
        {"leaving the room of a lost connection",
         [](rpc::Call& call, PeerId peer, UserId) { return rooms::leave_room(call, peer); }},
        {"leaving the notes of a lost connection",
         [](rpc::Call& call, PeerId peer, UserId) { return notes::leave_all(call, peer); }},
    };
    return kSteps;
}

Status decline_for_offline(rpc::Call& call, UserId user) {
    return rooms::decline_when_offline(call, user);
}

Status tell_contacts(rpc::Call& call, UserId user) {
    return contacts::post_presence(call, {user});
}

std::span<const SweepStep> sweep_steps() {
    static constexpr SweepStep kSteps[] = {
        {"chat of dead servers", &chat::sweep},
        {"notes of dead servers", &notes::sweep},
        {"rooms of dead servers", &rooms::sweep},
    };
    return kSteps;
}

}  // namespace collab::server
