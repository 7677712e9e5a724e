// SPDX-License-Identifier: Apache-2.0
#pragma once

// What contacts see of each other: who is online and who is busy. Busy is read with the request,
// online is what the loop knows when the message leaves (spec 1, 5.2).

#include <vector>

#include "base/result.h"
#include "proto/contacts.pb.h"
#include "rpc/call.h"

namespace collab::contacts {

// Tells every accepted contact of each of `users` how that user is now. One round trip for all.
Status post_presence(rpc::Call& call, const std::vector<UserId>& users);

// Sends call.peer() everything that its user has with anybody: the UpdateContacts of login, sent
// even when it is empty.
Status post_initial_contacts(rpc::Call& call);

// Sends `update` to all connections of `recipient`, with `online` of its contacts filled in.
void post_contacts(rpc::Outbox& outbox, UserId recipient, proto::UpdateContacts update);

// An entry of UpdateContacts that post_contacts() completes.
void add_contact(proto::UpdateContacts& update, UserId user, bool busy);

}  // namespace collab::contacts
