// SPDX-License-Identifier: Apache-2.0
#pragma once

// SQL about notifications: what waits in somebody's list. Look-ups of an existing one mean
// recipient, kind, entity and unread together (spec 1, 5.6). Nothing here sends anything; see
// notification_messages.h. Every function runs inside the caller's transaction.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/tx.h"

namespace collab::notifications {

// What happened, and what `entity` then is.
enum class Kind {
    contact_request,           // the user who asks
    contact_request_accepted,  // the user who accepted
    channel_invitation,        // the channel; content: channel_name, inviter_id
    channel_message_mention,   // the message; content: sender_id, channel_id
};

// As rows and messages spell it: "ContactRequest".
std::string_view name_of(Kind kind);

struct Notification {
    NotificationId id;
    UserId recipient;
    std::int64_t created_at = 0;  // unix milliseconds
    Kind kind = Kind::contact_request;
    std::optional<std::int64_t> entity;
    std::string content;  // a JSON object without kind and entity
    bool is_read = false;
    std::optional<bool> response;
};

// With `once`, nothing when an unread one of that kind about that entity waits already.
Result<std::optional<Notification>> create_notification(db::Tx& tx, WallTime now, UserId recipient,
                                                        Kind kind,
                                                        std::optional<std::int64_t> entity,
                                                        std::string content_json, bool once);

// The same without `once`; receive_notification() takes its row.
db::Ticket send_create(db::Tx& tx, WallTime now, UserId recipient, Kind kind, std::int64_t entity,
                       const std::string& content_json);

// Marks the unread one read with the response. Nothing when there is none. In halves, too, which
// can travel with more.
Result<std::optional<Notification>> answer_notification(db::Tx& tx, UserId recipient, Kind kind,
                                                        std::int64_t entity, bool response);

db::Ticket send_answer(db::Tx& tx, UserId recipient, Kind kind, std::int64_t entity, bool response);
Result<std::optional<Notification>> receive_notification(db::Tx& tx, db::Ticket ticket);

// Marks one of the recipient's own read, whether it was or not. Nothing when they have no such one
// or it is of a kind that we do not know.
Result<std::optional<Notification>> mark_read(db::Tx& tx, UserId recipient, NotificationId id);

// Marks the unread one of that kind about that entity read.
Result<std::optional<Notification>> mark_read_about(db::Tx& tx, UserId recipient, Kind kind,
                                                    std::int64_t entity);

// Deletes the unread one. In halves, too, which can travel with more.
Result<std::optional<NotificationId>> delete_unread(db::Tx& tx, UserId recipient, Kind kind,
                                                    std::int64_t entity);
db::Ticket send_delete_unread(db::Tx& tx, UserId recipient, Kind kind, std::int64_t entity);
Result<std::optional<NotificationId>> receive_deleted(db::Tx& tx, db::Ticket ticket);

// All of that kind about that entity, of everybody, read or not, by id (the mentions of a message).
// Asked and fetched apart so that it can travel with other reads.
db::Ticket send_about(db::Tx& tx, Kind kind, std::int64_t entity);
Result<std::vector<Notification>> receive_about(db::Tx& tx, db::Ticket ticket);

Status delete_notifications(db::Tx& tx, const std::vector<std::int64_t>& ids);

// The recipient's newest `limit` with an id below `before`, by id. Rows of unknown kinds are left
// out, so there may be fewer although older ones exist: `complete` tells.
struct Page {
    std::vector<Notification> notifications;
    bool complete = false;  // there are none older
};
Result<Page> list_notifications(db::Tx& tx, UserId recipient, std::optional<NotificationId> before,
                                std::int64_t limit);

// Whether the recipient has this notification, of whatever kind.
Result<bool> owns_notification(db::Tx& tx, UserId recipient, NotificationId id);

}  // namespace collab::notifications
