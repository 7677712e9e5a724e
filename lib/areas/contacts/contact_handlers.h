// SPDX-License-Identifier: Apache-2.0
#pragma once

// How people become contacts and stop being it (spec 1, 5.3). Both sides see each step on all their
// connections.

#include "proto/contacts.pb.h"
#include "proto/core.pb.h"
#include "rpc/call.h"

namespace collab::contacts {

// Asks; or accepts, when the other has asked before.
Status request_contact(rpc::Call& call, const proto::RequestContact& request);

// Only the one who was asked may answer. To decline and to block are the same.
Status respond_to_contact_request(rpc::Call& call, const proto::RespondToContactRequest& request);

// Ends a contact, takes an own request back, or turns one of the other down.
Status remove_contact(rpc::Call& call, const proto::RemoveContact& request);

}  // namespace collab::contacts
