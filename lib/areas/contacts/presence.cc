// SPDX-License-Identifier: Apache-2.0
#include "areas/contacts/presence.h"

#include "areas/contacts/contact_queries.h"
#include "rpc/live.h"

namespace collab::contacts {
namespace {

void send(rpc::Live& live, const rpc::Address& address, proto::UpdateContacts update) {
    for (auto& contact : *update.mutable_contacts()) {
        contact.set_online(live.hub.online({static_cast<std::int64_t>(contact.user_id())}));
    }
    const auto tag = wire::tag_of<proto::UpdateContacts>();
    live.hub.deliver({address, tag, wire::encode(tag, update), {}, {}});
}

// A user, and the contacts who are told about them.
struct Presence {
    UserId user;
    bool busy = false;
    std::vector<UserId> contacts;
};

void tell(rpc::Live& live, const Presence& presence) {
    proto::UpdateContacts update;
    add_contact(update, presence.user, presence.busy);
    update.mutable_contacts(0)->set_online(live.hub.online(presence.user));
    const auto tag = wire::tag_of<proto::UpdateContacts>();
    const auto body = wire::encode(tag, update);
    for (const auto contact : presence.contacts) {
        live.hub.deliver({rpc::ToUser{contact}, tag, body, {}, {}});
    }
}

}  // namespace

Status post_presence(rpc::Call& call, const std::vector<UserId>& users) {
    const auto busy_ticket = send_busy_among(call.tx, users);
    COLLAB_TRY(const auto accepted, list_accepted(call.tx, users));
    COLLAB_TRY(const auto busy, receive_busy(call.tx, busy_ticket));
    std::vector<Presence> all;
    for (const auto& [user, contact] : accepted) {
        if (all.empty() || all.back().user != user) all.push_back({user, busy.contains(user), {}});
        all.back().contacts.push_back(contact);
    }
    if (all.empty()) return ok();
    call.outbox.effect([all = std::move(all)](rpc::Live& live) {
        for (const auto& presence : all) tell(live, presence);
    });
    return ok();
}

Status post_initial_contacts(rpc::Call& call) {
    COLLAB_TRY(const auto contacts, list_contacts(call.tx, call.user()));
    proto::UpdateContacts update;
    for (const auto& contact : contacts) {
        const auto other = static_cast<std::uint64_t>(contact.other.value);
        if (contact.accepted) {
            add_contact(update, contact.other, contact.busy);
        } else if (contact.outgoing) {
            update.add_outgoing_requests(other);
        } else {
            update.add_incoming_requests()->set_requester_id(other);
        }
    }
    call.outbox.effect([peer = call.peer(), update = std::move(update)](rpc::Live& live) {
        send(live, rpc::ToPeer{peer}, update);
    });
    return ok();
}

void post_contacts(rpc::Outbox& outbox, UserId recipient, proto::UpdateContacts update) {
    if (update.contacts_size() == 0) return outbox.to_user(recipient, update);
    outbox.effect([recipient, update = std::move(update)](rpc::Live& live) {
        send(live, rpc::ToUser{recipient}, update);
    });
}

void add_contact(proto::UpdateContacts& update, UserId user, bool busy) {
    auto& contact = *update.add_contacts();
    contact.set_user_id(static_cast<std::uint64_t>(user.value));
    contact.set_busy(busy);
}

}  // namespace collab::contacts
