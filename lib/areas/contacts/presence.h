// SPDX-License-Identifier: Apache-2.0
#pragma once

// What contacts see of each other: who is online and who is busy. Busy is read with the request,
// online is what the loop knows when the message leaves (spec 1, 5.2).

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "areas/contacts/contact_queries.h"
#include "base/result.h"
#include "proto/contacts.pb.h"
#include "rpc/call.h"

namespace collab::contacts {

// Tells every accepted contact of each of `users` how that user is now. Asks at once and posts
// later.
void post_presence(rpc::Call& call, const std::vector<UserId>& users);

// What people who sign in know of each other. Asked and fetched apart so that it can travel with
// other reads.
struct AcquaintanceTickets {
    db::Ticket contacts;
    db::Ticket busy;
};
struct Acquaintances {
    std::unordered_map<UserId, std::vector<Contact>> contacts;
    std::unordered_set<UserId> busy;
};
AcquaintanceTickets send_acquaintances(db::Tx& tx, const std::vector<UserId>& users);
Result<Acquaintances> receive_acquaintances(db::Tx& tx, const AcquaintanceTickets& tickets);

// Sends `peer` everything that its user has with anybody: the UpdateContacts of login, sent even
// when it is empty.
void post_initial_contacts(rpc::Outbox& outbox, PeerId peer, UserId user,
                           const Acquaintances& known);
// Like the post_presence() above, with what is known already.
void post_presence(rpc::Outbox& outbox, UserId user, const Acquaintances& known);

// Sends `update` to all connections of `recipient`, with `online` of its contacts filled in.
void post_contacts(rpc::Outbox& outbox, UserId recipient, proto::UpdateContacts update);

// An entry of UpdateContacts that post_contacts() completes.
void add_contact(proto::UpdateContacts& update, UserId user, bool busy);

}  // namespace collab::contacts
