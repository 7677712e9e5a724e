// SPDX-License-Identifier: Apache-2.0
#include "areas/contacts/presence.h"

#include <span>

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

std::span<const Contact> contacts_of(const Acquaintances& known, UserId user) {
    const auto found = known.contacts.find(user);
    if (found == known.contacts.end()) return {};
    return found->second;
}

Status fill_presence(db::Tx& tx, db::Ticket accepted_ticket, db::Ticket busy_ticket,
                     rpc::Outbox& outbox) {
    COLLAB_TRY(const auto accepted, receive_accepted(tx, accepted_ticket));
    COLLAB_TRY(const auto busy, receive_busy(tx, busy_ticket));
    std::vector<Presence> all;
    for (const auto& [user, contact] : accepted) {
        if (all.empty() || all.back().user != user) all.push_back({user, busy.contains(user), {}});
        all.back().contacts.push_back(contact);
    }
    if (all.empty()) return ok();
    outbox.effect([all = std::move(all)](rpc::Live& live) {
        for (const auto& presence : all) tell(live, presence);
    });
    return ok();
}

}  // namespace

void post_presence(rpc::Call& call, const std::vector<UserId>& users) {
    const auto accepted = send_accepted(call.tx, users);
    const auto busy = send_busy_among(call.tx, users);
    call.outbox.later([&tx = call.tx, accepted, busy](rpc::Outbox& outbox) {
        return fill_presence(tx, accepted, busy, outbox);
    });
}

AcquaintanceTickets send_acquaintances(db::Tx& tx, const std::vector<UserId>& users) {
    return {send_contacts(tx, users), send_busy_among(tx, users)};
}

Result<Acquaintances> receive_acquaintances(db::Tx& tx, const AcquaintanceTickets& tickets) {
    Acquaintances known;
    COLLAB_TRY(known.contacts, receive_contacts(tx, tickets.contacts));
    COLLAB_TRY(known.busy, receive_busy(tx, tickets.busy));
    return known;
}

void post_initial_contacts(rpc::Outbox& outbox, PeerId peer, UserId user,
                           const Acquaintances& known) {
    proto::UpdateContacts update;
    for (const auto& contact : contacts_of(known, user)) {
        const auto other = static_cast<std::uint64_t>(contact.other.value);
        if (contact.accepted) {
            add_contact(update, contact.other, contact.busy);
        } else if (contact.outgoing) {
            update.add_outgoing_requests(other);
        } else {
            update.add_incoming_requests()->set_requester_id(other);
        }
    }
    outbox.effect([peer, update = std::move(update)](rpc::Live& live) {
        send(live, rpc::ToPeer{peer}, update);
    });
}

void post_presence(rpc::Outbox& outbox, UserId user, const Acquaintances& known) {
    Presence presence{user, known.busy.contains(user), {}};
    for (const auto& contact : contacts_of(known, user)) {
        if (contact.accepted) presence.contacts.push_back(contact.other);
    }
    if (presence.contacts.empty()) return;
    outbox.effect([presence = std::move(presence)](rpc::Live& live) { tell(live, presence); });
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
