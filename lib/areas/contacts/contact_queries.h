// SPDX-License-Identifier: Apache-2.0
#pragma once

// SQL about who knows whom. One row per pair tells who asked and whether it was accepted; a user is
// busy with any participant row, ringing included (spec 1, 5.1). Every function runs inside the
// caller's transaction.

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "db/tx.h"

namespace collab::contacts {

// The pair as one of the two sees it.
struct Contact {
    UserId other;
    bool accepted = false;
    bool outgoing = false;  // asked for by the one who looks
    bool busy = false;      // the other
};

Result<bool> are_contacts(db::Tx& tx, UserId one, UserId other);

// Everything that each of `users` has with anybody, by the other's id; asked and fetched apart so
// that it can travel with other reads.
db::Ticket send_contacts(db::Tx& tx, const std::vector<UserId>& users);
Result<std::unordered_map<UserId, std::vector<Contact>>> receive_contacts(db::Tx& tx,
                                                                          db::Ticket ticket);

// For each user of `users` every accepted contact: (user, contact).
db::Ticket send_accepted(db::Tx& tx, const std::vector<UserId>& users);
Result<std::vector<std::pair<UserId, UserId>>> receive_accepted(db::Tx& tx, db::Ticket ticket);

// Those of `users` who are busy, asked and fetched apart so that it can travel with other reads.
db::Ticket send_busy_among(db::Tx& tx, const std::vector<UserId>& users);
Result<std::unordered_set<UserId>> receive_busy(db::Tx& tx, db::Ticket ticket);

// How a request to become contacts was taken.
enum class Requested { pending, accepted /* the other had asked before */, refused /* exists */ };
Result<Requested> insert_request(db::Tx& tx, UserId requester, UserId responder);

// Each tells whether there was such a request of `requester` that waits for `responder`.
Result<bool> accept_request(db::Tx& tx, UserId requester, UserId responder);
Result<bool> delete_request(db::Tx& tx, UserId requester, UserId responder);
// Also true for an accepted contact that `responder` had asked for.
Result<bool> dismiss_request(db::Tx& tx, UserId requester, UserId responder);

// Deletes what the two have with each other, and tells what it was as `user` saw it (but not
// whether the other is busy). Nothing when there was nothing.
Result<std::optional<Contact>> delete_contact(db::Tx& tx, UserId user, UserId other);

}  // namespace collab::contacts
