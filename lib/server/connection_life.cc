// SPDX-License-Identifier: Apache-2.0
#include "server/connection_life.h"

#include <unordered_map>
#include <utility>

#include "areas/chat/lifecycle.h"
#include "areas/contacts/presence.h"
#include "areas/notes/lifecycle.h"
#include "areas/rooms/lifecycle.h"
#include "areas/users/user_messages.h"
#include "areas/users/user_queries.h"
#include "proto/users.pb.h"
#include "rpc/live.h"

namespace collab::server {

namespace {

// The June 2025 generation ends before this version (decisions 8).
const Semver kMarch2026{0, 204, 1, {}, {}};

struct Greeted {
    std::unordered_map<UserId, users::User> users;
    contacts::Acquaintances known;
    std::unordered_map<UserId, rooms::RingingCall> ringing;
};

Result<Greeted> load_greeted(db::Tx& tx, const Newcomers& newcomers) {
    std::vector<UserId> users;
    std::vector<std::int64_t> numbers;
    for (const auto& newcomer : newcomers) {
        users.push_back(newcomer.caller->user);
        numbers.push_back(newcomer.caller->user.value);
    }
    const auto users_ticket = users::send_users(tx, numbers);
    COLLAB_DO(users::set_connected_once(tx, numbers));
    const auto known_tickets = contacts::send_acquaintances(tx, users);
    const auto ringing_ticket = rooms::send_ringing(tx, users);
    Greeted greeted;
    COLLAB_TRY(const auto found, users::receive_users(tx, users_ticket));
    for (const auto& user : found) greeted.users.emplace(user.id, user);
    COLLAB_TRY(greeted.known, contacts::receive_acquaintances(tx, known_tickets));
    COLLAB_TRY(greeted.ringing, rooms::receive_ringing(tx, ringing_ticket));
    return greeted;
}

void close_stranger(rpc::Outbox& outbox, PeerId peer) {
    outbox.effect([peer](rpc::Live& live) {
        if (auto* session = live.hub.session(peer)) session->close(1013, "the user is gone");
    });
}

Status greet_one(rpc::Call& call, const Newcomer& arrived, Greeted& greeted) {
    const auto& newcomer = *arrived.caller;
    const auto found = greeted.users.find(newcomer.user);
    if (found == greeted.users.end()) {
        close_stranger(call.outbox, newcomer.peer);
        return ok();
    }
    auto& user = found->second;
    // Once, even when two connections come together.
    if (!std::exchange(user.connected_once, true)) {
        call.outbox.to_peer(newcomer.peer, proto::ShowContacts());
    }
    if (newcomer.version < kMarch2026) {
        const bool staff = user.admin || arrived.impersonated;
        call.outbox.to_peer(newcomer.peer, users::make_plan_message(staff));
    }
    contacts::post_initial_contacts(call.outbox, newcomer.peer, user.id, greeted.known);
    if (const auto ringing = greeted.ringing.find(user.id); ringing != greeted.ringing.end()) {
        COLLAB_DO(rooms::post_incoming_call(call, newcomer.peer, ringing->second));
    }
    contacts::post_presence(call.outbox, user.id, greeted.known);
    return ok();
}

}  // namespace

Status greet(rpc::Call& call, const Newcomers& newcomers) {
    COLLAB_TRY(auto greeted, load_greeted(call.tx, newcomers));
    for (const auto& newcomer : newcomers) COLLAB_DO(greet_one(call, newcomer, greeted));
    return ok();
}

Status mark_lost(rpc::Call& call, PeerId peer) {
    COLLAB_DO(rooms::mark_connection_lost(call, peer));
    COLLAB_DO(notes::mark_connection_lost(call, peer));
    return chat::drop_connection(call, peer);
}

std::span<const FarewellStep> farewell_steps() {
    static constexpr FarewellStep kSteps[] = {
        {"leaving the room of a lost connection",
         [](rpc::Call& call, PeerId peer, UserId) {
             return rooms::leave_lost_connection(call, peer);
         }},
        {"leaving the notes of a lost connection",
         [](rpc::Call& call, PeerId peer, UserId) { return notes::leave_all(call, peer); }},
    };
    return kSteps;
}

Status decline_for_offline(rpc::Call& call, UserId user, ServerId own) {
    return rooms::decline_when_offline(call, user, own);
}

Status tell_contacts(rpc::Call& call, UserId user) {
    contacts::post_presence(call, {user});
    return ok();
}

std::span<const SweepStep> sweep_steps() {
    static constexpr SweepStep kSteps[] = {
        {"chat of dead servers",
         [](rpc::Call& call, const Sweep& sweep) { return chat::sweep(call, sweep.stale); }},
        {"notes of dead servers",
         [](rpc::Call& call, const Sweep& sweep) { return notes::sweep(call, sweep.stale); }},
        {"rooms of dead servers",
         [](rpc::Call& call, const Sweep& sweep) {
             return rooms::sweep(call, sweep.stale, sweep.online);
         }},
    };
    return kSteps;
}

}  // namespace collab::server
