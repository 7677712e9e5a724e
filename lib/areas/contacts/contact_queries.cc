// SPDX-License-Identifier: Apache-2.0
#include "areas/contacts/contact_queries.h"

#include <algorithm>
#include <string_view>

namespace collab::contacts {
namespace {

constexpr std::string_view kAreContacts =
    "SELECT 1 FROM contacts WHERE user_id_a = $1 AND user_id_b = $2 AND accepted";

constexpr std::string_view kList = R"sql(
    SELECT who, other, accepted, outgoing,
           EXISTS (SELECT 1 FROM room_participants p WHERE p.user_id = other) AS busy
    FROM (SELECT user_id_a AS who, user_id_b AS other, accepted, a_to_b AS outgoing
          FROM contacts WHERE user_id_a IN IDS($1)
          UNION ALL
          SELECT user_id_b, user_id_a, accepted, NOT a_to_b
          FROM contacts WHERE user_id_b IN IDS($1)) AS theirs
    ORDER BY who, other
)sql";

constexpr std::string_view kListAccepted = R"sql(
    SELECT user_id_a AS who, user_id_b AS other FROM contacts
    WHERE user_id_a IN IDS($1) AND accepted
    UNION ALL
    SELECT user_id_b, user_id_a FROM contacts WHERE user_id_b IN IDS($1) AND accepted
    ORDER BY 1, 2
)sql";

constexpr std::string_view kBusyAmong =
    "SELECT user_id FROM room_participants WHERE user_id IN IDS($1)";

// A request that meets one of the other direction is the answer to it.
constexpr std::string_view kRequest = R"sql(
    INSERT INTO contacts (user_id_a, user_id_b, a_to_b, should_notify, accepted)
    VALUES ($1, $2, $3, TRUE, FALSE)
    ON CONFLICT (user_id_a, user_id_b) DO UPDATE SET accepted = TRUE, should_notify = FALSE
        WHERE NOT contacts.accepted AND contacts.a_to_b <> excluded.a_to_b
    RETURNING accepted
)sql";

constexpr std::string_view kAccept = R"sql(
    UPDATE contacts SET accepted = TRUE, should_notify = TRUE
    WHERE user_id_a = $1 AND user_id_b = $2 AND a_to_b = $3 AND NOT accepted
)sql";

constexpr std::string_view kDeleteRequest = R"sql(
    DELETE FROM contacts WHERE user_id_a = $1 AND user_id_b = $2 AND a_to_b = $3 AND NOT accepted
)sql";

constexpr std::string_view kDismiss = R"sql(
    UPDATE contacts SET should_notify = FALSE
    WHERE user_id_a = $1 AND user_id_b = $2
      AND ((a_to_b = $3 AND NOT accepted) OR (a_to_b <> $3 AND accepted))
)sql";

constexpr std::string_view kDelete =
    "DELETE FROM contacts WHERE user_id_a = $1 AND user_id_b = $2 RETURNING accepted, a_to_b";

// The key of the pair, and whether `from` is its first half.
struct Pair {
    Pair(UserId from, UserId to)
        : a(std::min(from, to)), b(std::max(from, to)), from_is_a(from < to) {}
    UserId a;
    UserId b;
    bool from_is_a;
};

std::vector<std::int64_t> numbers(const std::vector<UserId>& users) {
    std::vector<std::int64_t> ids;
    ids.reserve(users.size());
    for (const auto user : users) ids.push_back(user.value);
    return ids;
}

Result<bool> changes(db::Tx& tx, std::string_view sql, UserId requester, UserId responder) {
    const Pair pair(requester, responder);
    COLLAB_TRY(const auto count, tx.run_counted(sql, {pair.a, pair.b, pair.from_is_a}));
    return count > 0;
}

}  // namespace

Result<bool> are_contacts(db::Tx& tx, UserId one, UserId other) {
    const Pair pair(one, other);
    COLLAB_TRY(const auto row,
               tx.one(kAreContacts, {pair.a, pair.b}, [](const db::Row&) { return true; }));
    return row.has_value();
}

db::Ticket send_contacts(db::Tx& tx, const std::vector<UserId>& users) {
    return tx.send(kList, {numbers(users)});
}

Result<std::unordered_map<UserId, std::vector<Contact>>> receive_contacts(db::Tx& tx,
                                                                          db::Ticket ticket) {
    COLLAB_TRY(const auto rows, tx.list(ticket, [](const db::Row& row) {
        return std::pair(row.id<UserId>(0), Contact{row.id<UserId>(1), row.boolean(2),
                                                    row.boolean(3), row.boolean(4)});
    }));
    std::unordered_map<UserId, std::vector<Contact>> contacts;
    for (const auto& [user, contact] : rows) contacts[user].push_back(contact);
    return contacts;
}

db::Ticket send_accepted(db::Tx& tx, const std::vector<UserId>& users) {
    return tx.send(kListAccepted, {numbers(users)});
}

Result<std::vector<std::pair<UserId, UserId>>> receive_accepted(db::Tx& tx, db::Ticket ticket) {
    return tx.list(
        ticket, [](const db::Row& row) { return std::pair(row.id<UserId>(0), row.id<UserId>(1)); });
}

db::Ticket send_busy_among(db::Tx& tx, const std::vector<UserId>& users) {
    return tx.send(kBusyAmong, {numbers(users)});
}

Result<std::unordered_set<UserId>> receive_busy(db::Tx& tx, db::Ticket ticket) {
    COLLAB_TRY(const auto busy,
               tx.list(ticket, [](const db::Row& row) { return row.id<UserId>(0); }));
    return std::unordered_set<UserId>(busy.begin(), busy.end());
}

Result<Requested> insert_request(db::Tx& tx, UserId requester, UserId responder) {
    const Pair pair(requester, responder);
    COLLAB_TRY(const auto accepted, tx.one(kRequest, {pair.a, pair.b, pair.from_is_a},
                                           [](const db::Row& row) { return row.boolean(0); }));
    if (!accepted) return Requested::refused;
    return *accepted ? Requested::accepted : Requested::pending;
}

Result<bool> accept_request(db::Tx& tx, UserId requester, UserId responder) {
    return changes(tx, kAccept, requester, responder);
}

Result<bool> delete_request(db::Tx& tx, UserId requester, UserId responder) {
    return changes(tx, kDeleteRequest, requester, responder);
}

Result<bool> dismiss_request(db::Tx& tx, UserId requester, UserId responder) {
    return changes(tx, kDismiss, requester, responder);
}

Result<std::optional<Contact>> delete_contact(db::Tx& tx, UserId user, UserId other) {
    const Pair pair(user, other);
    return tx.one(kDelete, {pair.a, pair.b}, [&](const db::Row& row) {
        return Contact{other, row.boolean(0), row.boolean(1) == pair.from_is_a, false};
    });
}

}  // namespace collab::contacts
