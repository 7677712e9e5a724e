// SPDX-License-Identifier: Apache-2.0
#include "areas/notifications/notification_queries.h"

#include <algorithm>

namespace collab::notifications {
namespace {

// In the order of Kind.
constexpr std::string_view kKindNames[] = {"ContactRequest", "ContactRequestAccepted",
                                           "ChannelInvitation", "ChannelMessageMention"};

#define COLLAB_NOTIFICATION_COLUMNS \
    " id, recipient_id, created_at, kind, entity_id, content, is_read, response "
#define COLLAB_INSERT_NOTIFICATION                                                        \
    "INSERT INTO notifications (recipient_id, kind, entity_id, content, created_at) "     \
    "SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS TEXT), " \
    "CAST($5 AS BIGINT) "
#define COLLAB_UNREAD_ONE \
    "WHERE recipient_id = $1 AND kind = $2 AND entity_id = $3 AND NOT is_read "

constexpr std::string_view kCreate =
    COLLAB_INSERT_NOTIFICATION "RETURNING" COLLAB_NOTIFICATION_COLUMNS;

constexpr std::string_view kCreateOnce =
    COLLAB_INSERT_NOTIFICATION "WHERE NOT EXISTS (SELECT 1 FROM notifications " COLLAB_UNREAD_ONE
                               ") "
                               "RETURNING" COLLAB_NOTIFICATION_COLUMNS;

constexpr std::string_view kAnswer =
    "UPDATE notifications SET is_read = TRUE, response = $4 " COLLAB_UNREAD_ONE
    "RETURNING" COLLAB_NOTIFICATION_COLUMNS;

constexpr std::string_view kMarkRead =
    "UPDATE notifications SET is_read = TRUE WHERE recipient_id = $1 AND id = $2 "
    "RETURNING" COLLAB_NOTIFICATION_COLUMNS;

constexpr std::string_view kMarkReadAbout =
    "UPDATE notifications SET is_read = TRUE " COLLAB_UNREAD_ONE
    "RETURNING" COLLAB_NOTIFICATION_COLUMNS;

constexpr std::string_view kDeleteUnread =
    "DELETE FROM notifications " COLLAB_UNREAD_ONE "RETURNING id";

constexpr std::string_view kListAbout =
    "SELECT" COLLAB_NOTIFICATION_COLUMNS
    "FROM notifications WHERE kind = $1 AND entity_id = $2 ORDER BY id";

constexpr std::string_view kDelete = "DELETE FROM notifications WHERE id IN IDS($1)";

constexpr std::string_view kListNewest =
    "SELECT" COLLAB_NOTIFICATION_COLUMNS
    "FROM notifications WHERE recipient_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";

constexpr std::string_view kOwns =
    "SELECT 1 FROM notifications WHERE recipient_id = $1 AND id = $2";

// Nothing for a kind that some other version stored.
std::optional<Notification> read_notification(const db::Row& row) {
    const auto* kind = std::find(std::begin(kKindNames), std::end(kKindNames), row.text(3));
    if (kind == std::end(kKindNames)) return {};
    Notification found;
    found.id = row.id<NotificationId>(0);
    found.recipient = row.id<UserId>(1);
    found.created_at = row.integer(2);
    found.kind = static_cast<Kind>(kind - std::begin(kKindNames));
    found.entity = row.optional_integer(4);
    found.content = row.text(5);
    found.is_read = row.boolean(6);
    if (!row.is_null(7)) found.response = row.boolean(7);
    return found;
}

Result<std::optional<Notification>> one(db::Tx& tx, std::string_view sql,
                                        const db::Values& values) {
    COLLAB_TRY(auto found, tx.one(sql, values, read_notification));
    return found ? std::move(*found) : std::nullopt;
}

std::vector<Notification> known(std::vector<std::optional<Notification>> rows) {
    std::vector<Notification> list;
    for (auto& row : rows) {
        if (row) list.push_back(std::move(*row));
    }
    return list;
}

}  // namespace

std::string_view name_of(Kind kind) {
    return kKindNames[static_cast<std::size_t>(kind)];
}

Result<std::optional<Notification>> create_notification(db::Tx& tx, WallTime now, UserId recipient,
                                                        Kind kind,
                                                        std::optional<std::int64_t> entity,
                                                        std::string content_json, bool once) {
    return one(tx, once ? kCreateOnce : kCreate,
               {recipient, name_of(kind), entity, content_json, unix_ms(now)});
}

db::Ticket send_create(db::Tx& tx, WallTime now, UserId recipient, Kind kind, std::int64_t entity,
                       const std::string& content_json) {
    return tx.send(kCreate, {recipient, name_of(kind), entity, content_json, unix_ms(now)});
}

Result<std::optional<Notification>> answer_notification(db::Tx& tx, UserId recipient, Kind kind,
                                                        std::int64_t entity, bool response) {
    return one(tx, kAnswer, {recipient, name_of(kind), entity, response});
}

db::Ticket send_answer(db::Tx& tx, UserId recipient, Kind kind, std::int64_t entity,
                       bool response) {
    return tx.send(kAnswer, {recipient, name_of(kind), entity, response});
}

Result<std::optional<Notification>> receive_notification(db::Tx& tx, db::Ticket ticket) {
    COLLAB_TRY(auto found, tx.one(ticket, read_notification));
    return found ? std::move(*found) : std::nullopt;
}

Result<std::optional<Notification>> mark_read(db::Tx& tx, UserId recipient, NotificationId id) {
    return one(tx, kMarkRead, {recipient, id});
}

Result<std::optional<Notification>> mark_read_about(db::Tx& tx, UserId recipient, Kind kind,
                                                    std::int64_t entity) {
    return one(tx, kMarkReadAbout, {recipient, name_of(kind), entity});
}

Result<std::optional<NotificationId>> delete_unread(db::Tx& tx, UserId recipient, Kind kind,
                                                    std::int64_t entity) {
    return receive_deleted(tx, send_delete_unread(tx, recipient, kind, entity));
}

db::Ticket send_delete_unread(db::Tx& tx, UserId recipient, Kind kind, std::int64_t entity) {
    return tx.send(kDeleteUnread, {recipient, name_of(kind), entity});
}

Result<std::optional<NotificationId>> receive_deleted(db::Tx& tx, db::Ticket ticket) {
    return tx.one(ticket, [](const db::Row& row) { return row.id<NotificationId>(0); });
}

db::Ticket send_about(db::Tx& tx, Kind kind, std::int64_t entity) {
    return tx.send(kListAbout, {name_of(kind), entity});
}

Result<std::vector<Notification>> receive_about(db::Tx& tx, db::Ticket ticket) {
    COLLAB_TRY(auto rows, tx.list(ticket, read_notification));
    return known(std::move(rows));
}

Status delete_notifications(db::Tx& tx, const std::vector<std::int64_t>& ids) {
    return tx.run(kDelete, {ids});
}

Result<Page> list_notifications(db::Tx& tx, UserId recipient, std::optional<NotificationId> before,
                                std::int64_t limit) {
    const auto bound = before.value_or(NotificationId{INT64_MAX});
    COLLAB_TRY(auto rows, tx.list(kListNewest, {recipient, bound, limit}, read_notification));
    Page page;
    page.complete = static_cast<std::int64_t>(rows.size()) < limit;
    std::reverse(rows.begin(), rows.end());
    page.notifications = known(std::move(rows));
    return page;
}

Result<bool> owns_notification(db::Tx& tx, UserId recipient, NotificationId id) {
    COLLAB_TRY(const auto row, tx.one(kOwns, {recipient, id}, [](const db::Row&) { return true; }));
    return row.has_value();
}

}  // namespace collab::notifications
