// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/call_handlers.h"

#include "areas/contacts/contact_queries.h"
#include "areas/contacts/presence.h"
#include "areas/rooms/participant_queries.h"
#include "areas/rooms/ringing.h"
#include "areas/rooms/room_updates.h"
#include "rpc/live.h"

namespace collab::rooms {
namespace {

constexpr Duration kPatience = std::chrono::seconds(10);  // decisions 5

struct Wanted {
    RoomId room;
    UserId called;
    std::optional<ProjectId> project;
};

Wanted wanted(const proto::Call& request) {
    Wanted wanted{{static_cast<std::int64_t>(request.room_id())},
                  {static_cast<std::int64_t>(request.called_user_id())},
                  {}};
    if (request.has_initial_project_id()) {
        wanted.project = ProjectId{static_cast<std::int64_t>(request.initial_project_id())};
    }
    return wanted;
}

// Whom an admin or a member calls becomes a member of the call, whom others call a guest.
Result<rpc::Role> role_for_called(db::Tx& tx, UserId caller, const Wanted& wanted) {
    const auto ticket = send_standing(tx, wanted.room, caller);
    COLLAB_TRY(const bool known, contacts::are_contacts(tx, caller, wanted.called));
    COLLAB_TRY(const auto own, receive_standing(tx, ticket));
    if (!known) return Error{ErrorCode::denied, "the user is not your contact"};
    if (!own || !own->answered) return Error{ErrorCode::denied, "you are not in this call"};
    if (own->role == rpc::Role::banned) return Error{ErrorCode::denied, "you may not call"};
    return rpc::may_edit_projects(own->role) ? rpc::Role::member : rpc::Role::guest;
}

struct PlacedCall {
    CallId id = 0;
    proto::IncomingCall message;
};

Result<PlacedCall> place_call(rpc::Call& call, const Wanted& wanted) {
    COLLAB_TRY(const auto role, role_for_called(call.tx, call.user(), wanted));
    const auto ticket = send_call(
        call.tx, {wanted.room, wanted.called, call.user(), call.peer(), wanted.project, role});
    COLLAB_TRY(const auto standing, load_room_updated(call, wanted.room));
    COLLAB_TRY(const auto placed, receive_call(call.tx, ticket));
    if (!standing) return Error{ErrorCode::internal, "a room went while somebody called"};
    if (!placed) return Error{ErrorCode::conflict, "the user is in a call or being called"};
    contacts::post_presence(call, {wanted.called});
    return PlacedCall{*placed, make_incoming_call(*standing, call.user(), wanted.project)};
}

// Ends this call if it still rings; a later one goes on. Tells whether it was answered instead.
Result<bool> give_up(rpc::Call& call, const Wanted& wanted, CallId placed, bool may_ring) {
    COLLAB_TRY(const bool rang, delete_pending(call.tx, placed));
    if (!rang) {
        const auto ticket = send_standing(call.tx, wanted.room, wanted.called);
        COLLAB_TRY(const auto standing, receive_standing(call.tx, ticket));
        return standing && standing->answered;
    }
    post_room_updated(call, wanted.room);
    if (may_ring) post_call_canceled(call.outbox, wanted.called, wanted.room);
    contacts::post_presence(call, {wanted.called});
    return false;
}

}  // namespace

rpc::Task<Status> call_user(std::shared_ptr<rpc::Conversation> conversation, proto::Call request) {
    const Wanted what = wanted(request);
    std::function<Result<PlacedCall>(rpc::Call&)> place = [what](rpc::Call& call) {
        return place_call(call, what);
    };
    COLLAB_CO_TRY(const auto placed, co_await conversation->write<PlacedCall>(std::move(place)));

    const auto connections = conversation->live().hub.peers_of(what.called);
    if (conversation->session() == nullptr && !connections.empty()) {
        conversation->live().hub.to_user(what.called, placed.message);
        co_return ok();
    }
    const std::vector<PeerId> ringing(connections.begin(), connections.end());
    using Acknowledgement = rpc::Conversation::Acknowledgement;
    const auto acknowledged = co_await conversation->first_ack(ringing, placed.message, kPatience);
    if (acknowledged == Acknowledgement::given) {
        conversation->reply_ack();
        co_return ok();
    }
    // It goes on ringing for a caller who comes back, until who is called is gone.
    if (conversation->session() == nullptr && !ringing.empty()) co_return ok();

    const bool may_ring = acknowledged == Acknowledgement::late;
    std::function<Result<bool>(rpc::Call&)> end = [what, id = placed.id,
                                                   may_ring](rpc::Call& call) {
        return give_up(call, what, id, may_ring);
    };
    COLLAB_CO_TRY(const bool answered, co_await conversation->write<bool>(std::move(end)));
    if (!answered) co_return Error{ErrorCode::unavailable, "the user cannot be reached"};
    conversation->reply_ack();
    co_return ok();
}

Status cancel_call(rpc::Call& call, const proto::CancelCall& request) {
    const RoomId room{static_cast<std::int64_t>(request.room_id())};
    const UserId called{static_cast<std::int64_t>(request.called_user_id())};
    COLLAB_TRY(const bool rang, delete_pending(call.tx, called, room, call.peer()));
    if (!rang) return Error{ErrorCode::not_found, "you are not calling this user"};
    post_room_updated(call, room);
    post_call_canceled(call.outbox, called, room);
    call.outbox.reply();
    contacts::post_presence(call, {called});
    return ok();
}

Status decline_call(rpc::Call& call, const proto::DeclineCall& request) {
    const RoomId room{static_cast<std::int64_t>(request.room_id())};
    COLLAB_TRY(const bool rang, delete_pending(call.tx, call.user(), room));
    if (!rang) return Error{ErrorCode::not_found, "you are not being called there"};
    post_room_updated(call, room);
    post_call_canceled(call.outbox, call.user(), room);
    contacts::post_presence(call, {call.user()});
    return ok();
}

}  // namespace collab::rooms
