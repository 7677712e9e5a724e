// SPDX-License-Identifier: Apache-2.0
#include "areas/chat/chat_queries.h"

#include <algorithm>
#include <unordered_map>

namespace collab::chat {
namespace {

#define COLLAB_MESSAGE_COLUMNS                                                         \
    " id, channel_id, sender_id, body, sent_at, edited_at, nonce_upper, nonce_lower, " \
    "reply_to_message_id "

constexpr std::string_view kListPage =
    "SELECT" COLLAB_MESSAGE_COLUMNS
    "FROM channel_messages WHERE channel_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
constexpr std::string_view kListById =
    "SELECT" COLLAB_MESSAGE_COLUMNS "FROM channel_messages WHERE id IN IDS($1) ORDER BY id DESC";
constexpr std::string_view kFind =
    "SELECT" COLLAB_MESSAGE_COLUMNS "FROM channel_messages WHERE channel_id = $1 AND id = $2";
constexpr std::string_view kFindByNonce =
    "SELECT" COLLAB_MESSAGE_COLUMNS
    "FROM channel_messages WHERE sender_id = $1 AND nonce_upper = $2 AND nonce_lower = $3";
constexpr std::string_view kListMentions = R"sql(
    SELECT message_id, start_offset, end_offset, user_id FROM channel_message_mentions
    WHERE message_id IN IDS($1) ORDER BY message_id, start_offset
)sql";
constexpr std::string_view kInsert = R"sql(
    INSERT INTO channel_messages (channel_id, sender_id, body, sent_at, nonce_upper, nonce_lower,
        reply_to_message_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (sender_id, nonce_upper, nonce_lower) DO NOTHING RETURNING id
)sql";
constexpr std::string_view kUpdate =
    "UPDATE channel_messages SET body = $2, edited_at = $3 WHERE id = $1";
constexpr std::string_view kDelete = "DELETE FROM channel_messages WHERE id = $1";
constexpr std::string_view kDeleteMentions =
    "DELETE FROM channel_message_mentions WHERE message_id = $1";
constexpr std::string_view kInsertMention = R"sql(
    INSERT INTO channel_message_mentions (message_id, start_offset, end_offset, user_id)
    VALUES ($1, $2, $3, $4)
)sql";
constexpr std::string_view kRaiseObserved = R"sql(
    INSERT INTO observed_channel_messages (user_id, channel_id, channel_message_id)
    VALUES ($1, $2, $3)
    ON CONFLICT (user_id, channel_id) DO UPDATE
    SET channel_message_id = excluded.channel_message_id
    WHERE observed_channel_messages.channel_message_id < excluded.channel_message_id
)sql";
constexpr std::string_view kListParticipants =
    "SELECT DISTINCT connection_server_id, connection_id, user_id "
    "FROM channel_chat_participants WHERE channel_id = $1 ORDER BY 1, 2";
constexpr std::string_view kInsertParticipant = R"sql(
    INSERT INTO channel_chat_participants
        (channel_id, connection_server_id, connection_id, user_id)
    VALUES ($1, $2, $3, $4)
)sql";
constexpr std::string_view kDeleteParticipant =
    "DELETE FROM channel_chat_participants "
    "WHERE channel_id = $1 AND connection_server_id = $2 AND connection_id = $3";
constexpr std::string_view kDeleteUsers =
    "DELETE FROM channel_chat_participants WHERE channel_id = $1 AND user_id IN IDS($2)";
constexpr std::string_view kDeleteOfPeer =
    "DELETE FROM channel_chat_participants "
    "WHERE connection_server_id = $1 AND connection_id = $2";
constexpr std::string_view kDeleteOfServers =
    "DELETE FROM channel_chat_participants WHERE connection_server_id IN IDS($1)";
constexpr std::string_view kListAcquaintances = R"sql(
    SELECT u.id, m.role FROM users u
    LEFT JOIN channel_members m ON m.user_id = u.id AND m.channel_id = $1 AND m.accepted
    WHERE u.id IN IDS($2) ORDER BY u.id
)sql";

Message message_of(const db::Row& row) {
    Message message;
    message.id = row.id<MessageId>(0);
    message.channel = row.id<ChannelId>(1);
    message.sender = row.id<UserId>(2);
    message.body = row.text(3);
    message.sent_at = row.integer(4);
    message.edited_at = row.optional_integer(5);
    message.nonce = {row.unsigned_integer(6), row.unsigned_integer(7)};
    message.reply_to = row.optional_integer(8);
    return message;
}

Mention mention_of(const db::Row& row) {
    return {row.integer(1), row.integer(2), row.id<UserId>(3)};
}

template <class Id>
std::vector<std::int64_t> numbers_of(const std::vector<Id>& ids) {
    std::vector<std::int64_t> numbers;
    for (const auto id : ids) numbers.push_back(id.value);
    return numbers;
}

// Turns newest first into oldest first, and adds the mentions.
Result<Messages> complete(db::Tx& tx, Messages messages) {
    std::ranges::reverse(messages);
    std::vector<std::int64_t> ids;
    std::unordered_map<MessageId, Message*> by_id;
    for (auto& message : messages) {
        ids.push_back(message.id.value);
        by_id[message.id] = &message;
    }
    if (ids.empty()) return messages;
    COLLAB_TRY(const auto mentions, tx.list(kListMentions, {ids}, [](const db::Row& row) {
        return std::pair(row.id<MessageId>(0), mention_of(row));
    }));
    for (const auto& [id, mention] : mentions) by_id[id]->mentions.push_back(mention);
    return messages;
}

Result<std::optional<Message>> only(db::Tx& tx, Result<Messages> found) {
    if (!found.ok()) return std::move(found).error();
    COLLAB_TRY(auto messages, complete(tx, std::move(found).value()));
    std::optional<Message> message;
    if (!messages.empty()) message = std::move(messages.front());
    return message;
}

}  // namespace

Result<Messages> list_messages(db::Tx& tx, ChannelId channel, std::int64_t before) {
    COLLAB_TRY(auto messages,
               tx.list(kListPage, {channel, before, std::int64_t{kPageSize}}, message_of));
    return complete(tx, std::move(messages));
}

Result<Messages> list_messages(db::Tx& tx, const std::vector<std::int64_t>& ids) {
    COLLAB_TRY(auto messages, tx.list(kListById, {ids}, message_of));
    return complete(tx, std::move(messages));
}

Result<std::optional<Message>> find_message(db::Tx& tx, ChannelId channel, MessageId id) {
    return receive_message(tx, send_find(tx, channel, id));
}

MessageTickets send_find(db::Tx& tx, ChannelId channel, MessageId id) {
    return {tx.send(kFind, {channel, id}),
            tx.send(kListMentions, {std::vector<std::int64_t>{id.value}})};
}

Result<std::optional<Message>> receive_message(db::Tx& tx, const MessageTickets& tickets) {
    COLLAB_TRY(auto message, tx.one(tickets.message, message_of));
    COLLAB_TRY(auto mentions, tx.list(tickets.mentions, mention_of));
    if (message) message->mentions = std::move(mentions);
    return message;
}

Result<std::optional<Message>> find_message(db::Tx& tx, UserId sender, const Nonce& nonce) {
    return only(tx, tx.list(kFindByNonce, {sender, nonce.upper, nonce.lower}, message_of));
}

db::Ticket send_message(db::Tx& tx, const Message& message) {
    return tx.send(kInsert, {message.channel, message.sender, message.body, message.sent_at,
                             message.nonce.upper, message.nonce.lower, message.reply_to});
}

Result<std::optional<MessageId>> receive_message_id(db::Tx& tx, db::Ticket ticket) {
    return tx.one(ticket, [](const db::Row& row) { return row.id<MessageId>(0); });
}

Status update_message(db::Tx& tx, const Message& message) {
    return tx.run(kUpdate, {message.id, message.body, message.edited_at});
}

Status replace_mentions(db::Tx& tx, MessageId id, const std::vector<Mention>& mentions) {
    COLLAB_DO(tx.run(kDeleteMentions, {id}));
    for (const auto& each : mentions) {
        COLLAB_DO(tx.run(kInsertMention, {id, each.start, each.end, each.user}));
    }
    return ok();
}

Status delete_message(db::Tx& tx, MessageId id) {
    return tx.run(kDelete, {id});
}

Status raise_observed(db::Tx& tx, UserId user, ChannelId channel, MessageId id) {
    return tx.run(kRaiseObserved, {user, channel, id});
}

db::Ticket send_participants(db::Tx& tx, ChannelId channel) {
    return tx.send(kListParticipants, {channel});
}

Result<std::vector<Participant>> receive_participants(db::Tx& tx, db::Ticket ticket) {
    return tx.list(ticket, [](const db::Row& row) {
        return Participant{{static_cast<std::uint32_t>(row.integer(0)),
                            static_cast<std::uint32_t>(row.integer(1))},
                           row.id<UserId>(2)};
    });
}

Status insert_participant(db::Tx& tx, ChannelId channel, const Participant& participant) {
    return tx.run(kInsertParticipant, {channel, participant.peer.server,
                                       participant.peer.connection, participant.user});
}

Status delete_participant(db::Tx& tx, ChannelId channel, PeerId peer) {
    return tx.run(kDeleteParticipant, {channel, peer.server, peer.connection});
}

Status delete_participants(db::Tx& tx, ChannelId channel, const std::vector<UserId>& users) {
    return tx.run(kDeleteUsers, {channel, numbers_of(users)});
}

Status delete_participants_of(db::Tx& tx, PeerId peer) {
    return tx.run(kDeleteOfPeer, {peer.server, peer.connection});
}

Status delete_participants_of(db::Tx& tx, const std::vector<ServerId>& servers) {
    return tx.run(kDeleteOfServers, {numbers_of(servers)});
}

Result<std::vector<Acquaintance>> list_acquaintances(db::Tx& tx, ChannelId root,
                                                     const std::vector<std::int64_t>& users) {
    return tx.list(kListAcquaintances, {root, users}, [](const db::Row& row) {
        Acquaintance found{row.id<UserId>(0), {}};
        if (!row.is_null(1)) found.role = rpc::role_from_text(row.text(1));
        return found;
    });
}

}  // namespace collab::chat
