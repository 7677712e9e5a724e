// SPDX-License-Identifier: Apache-2.0
#include "areas/contacts/contact_handlers.h"

#include "areas/contacts/contact_queries.h"
#include "areas/contacts/presence.h"
#include "areas/notifications/notification_messages.h"
#include "areas/users/user_queries.h"

namespace collab::contacts {
namespace {

using notifications::Kind;

std::uint64_t on_wire(UserId user) {
    return static_cast<std::uint64_t>(user.value);
}
UserId from_wire(std::uint64_t id) {
    return {static_cast<std::int64_t>(id)};
}

// The notification, when there is one, for its recipient.
void post_if_any(rpc::Outbox& outbox, const std::optional<notifications::Notification>& added) {
    if (added) notifications::post_added(outbox, added->recipient, *added);
}

// The rows are changed already: shows both that they are contacts now.
Status show_accepted(rpc::Call& call, UserId requester, UserId responder) {
    const auto busy_ticket = send_busy_among(call.tx, {requester, responder});
    COLLAB_TRY(const auto answered,
               notifications::answer_notification(call.tx, responder, Kind::contact_request,
                                                  requester.value, true));
    COLLAB_TRY(const auto accepted,
               notifications::create_notification(call.tx, call.now, requester,
                                                  Kind::contact_request_accepted, responder.value,
                                                  "{}", true));
    COLLAB_TRY(const auto busy, receive_busy(call.tx, busy_ticket));

    proto::UpdateContacts to_responder;
    add_contact(to_responder, requester, busy.contains(requester));
    to_responder.add_remove_incoming_requests(on_wire(requester));
    post_contacts(call.outbox, responder, std::move(to_responder));

    proto::UpdateContacts to_requester;
    add_contact(to_requester, responder, busy.contains(responder));
    to_requester.add_remove_outgoing_requests(on_wire(responder));
    post_contacts(call.outbox, requester, std::move(to_requester));

    post_if_any(call.outbox, answered);
    post_if_any(call.outbox, accepted);
    return ok();
}

Status show_requested(rpc::Call& call, UserId responder) {
    COLLAB_TRY(const auto asked, notifications::create_notification(call.tx, call.now, responder,
                                                                    Kind::contact_request,
                                                                    call.user().value, "{}", true));
    proto::UpdateContacts to_requester;
    to_requester.add_outgoing_requests(on_wire(responder));
    call.outbox.to_user(call.user(), to_requester);

    proto::UpdateContacts to_responder;
    to_responder.add_incoming_requests()->set_requester_id(on_wire(call.user()));
    call.outbox.to_user(responder, to_responder);

    post_if_any(call.outbox, asked);
    return ok();
}

// A request that is gone without having been accepted.
void show_request_gone(rpc::Outbox& outbox, UserId requester, UserId responder) {
    proto::UpdateContacts to_requester;
    to_requester.add_remove_outgoing_requests(on_wire(responder));
    proto::UpdateContacts to_responder;
    to_responder.add_remove_incoming_requests(on_wire(requester));
    outbox.to_user(requester, to_requester);
    outbox.to_user(responder, to_responder);
}

void show_contact_gone(rpc::Outbox& outbox, UserId one, UserId other) {
    proto::UpdateContacts to_one;
    to_one.add_remove_contacts(on_wire(other));
    proto::UpdateContacts to_other;
    to_other.add_remove_contacts(on_wire(one));
    outbox.to_user(one, to_one);
    outbox.to_user(other, to_other);
}

Status decline(rpc::Call& call, UserId requester) {
    COLLAB_TRY(const auto answered,
               notifications::answer_notification(call.tx, call.user(), Kind::contact_request,
                                                  requester.value, false));
    show_request_gone(call.outbox, requester, call.user());
    post_if_any(call.outbox, answered);
    return ok();
}

}  // namespace

Status request_contact(rpc::Call& call, const proto::RequestContact& request) {
    const auto responder = from_wire(request.responder_id());
    if (responder == call.user()) {
        return Error{ErrorCode::invalid, "you can not add yourself as a contact"};
    }
    COLLAB_TRY(const auto user, users::find_user(call.tx, responder));
    if (!user) return Error{ErrorCode::not_found, "no such user"};
    COLLAB_TRY(const auto requested, insert_request(call.tx, call.user(), responder));
    switch (requested) {
        case Requested::pending:
            return show_requested(call, responder);
        case Requested::accepted:
            return show_accepted(call, responder, call.user());
        case Requested::refused:
            break;
    }
    return Error{ErrorCode::conflict,
                 "you have asked '" + user->username + "' before, or are contacts already"};
}

Status respond_to_contact_request(rpc::Call& call, const proto::RespondToContactRequest& request) {
    const auto requester = from_wire(request.requester_id());
    const Error missing{ErrorCode::not_found, "no such contact request"};
    switch (request.response()) {
        case proto::Accept: {
            COLLAB_TRY(const auto accepted, accept_request(call.tx, requester, call.user()));
            return accepted ? show_accepted(call, requester, call.user()) : missing;
        }
        case proto::Decline:
        case proto::Block: {
            COLLAB_TRY(const auto deleted, delete_request(call.tx, requester, call.user()));
            return deleted ? decline(call, requester) : missing;
        }
        case proto::Dismiss: {
            COLLAB_TRY(const auto dismissed, dismiss_request(call.tx, requester, call.user()));
            return dismissed ? ok() : missing;
        }
        default:
            return Error{ErrorCode::invalid, "unknown response to a contact request"};
    }
}

Status remove_contact(rpc::Call& call, const proto::RemoveContact& request) {
    const auto other = from_wire(request.user_id());
    COLLAB_TRY(const auto was, delete_contact(call.tx, call.user(), other));
    if (!was) return Error{ErrorCode::not_found, "no such contact"};
    if (was->accepted) {
        show_contact_gone(call.outbox, call.user(), other);
        return ok();
    }
    const auto requester = was->outgoing ? call.user() : other;
    const auto responder = was->outgoing ? other : call.user();
    COLLAB_TRY(const auto deleted, notifications::delete_unread(
                                       call.tx, responder, Kind::contact_request, requester.value));
    show_request_gone(call.outbox, requester, responder);
    if (deleted) notifications::post_deleted(call.outbox, responder, *deleted);
    return ok();
}

}  // namespace collab::contacts
