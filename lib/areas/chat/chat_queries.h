// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows of channel chats and of who is in them (spec 2, section 10). No protobuf, no rights.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/tx.h"
#include "rpc/role.h"

namespace collab::chat {

// How many messages a page has.
inline constexpr std::size_t kPageSize = 100;

struct Nonce {
    std::uint64_t upper = 0;
    std::uint64_t lower = 0;
};

// Bytes [start, end) of a message's body that name a user.
struct Mention {
    std::int64_t start = 0;
    std::int64_t end = 0;
    UserId user;
};

struct Message {
    MessageId id;
    ChannelId channel;
    UserId sender;
    std::string body;
    std::int64_t sent_at = 0;  // unix milliseconds
    std::optional<std::int64_t> edited_at;
    Nonce nonce;
    std::optional<std::int64_t> reply_to;
    std::vector<Mention> mentions;  // by start; at most one at each
};

// A page of messages, by id, with their mentions.
using Messages = std::vector<Message>;

// The newest kPageSize of the channel with an id below `before`.
Result<Messages> list_messages(db::Tx& tx, ChannelId channel, std::int64_t before);
// Those of `ids` that exist, in whatever channels.
Result<Messages> list_messages(db::Tx& tx, const std::vector<std::int64_t>& ids);
// Nothing when there is no such message in this channel.
Result<std::optional<Message>> find_message(db::Tx& tx, ChannelId channel, MessageId id);
Result<std::optional<Message>> find_message(db::Tx& tx, UserId sender, const Nonce& nonce);
// The first of the two, asked and fetched apart so that it can travel with other reads.
struct MessageTickets {
    db::Ticket message;
    db::Ticket mentions;
};
MessageTickets send_find(db::Tx& tx, ChannelId channel, MessageId id);
Result<std::optional<Message>> receive_message(db::Tx& tx, const MessageTickets& tickets);

// Starts inserting a message without its mentions; receive_message_id() says which id it got, or
// nothing when its sender has used the nonce before.
db::Ticket send_message(db::Tx& tx, const Message& message);
Result<std::optional<MessageId>> receive_message_id(db::Tx& tx, db::Ticket ticket);
// Body and time of the edit.
Status update_message(db::Tx& tx, const Message& message);
// Puts these in place of the mentions that the message had.
Status replace_mentions(db::Tx& tx, MessageId id, const std::vector<Mention>& mentions);
Status delete_message(db::Tx& tx, MessageId id);
// The user has seen the channel up to this message; never lowered.
Status raise_observed(db::Tx& tx, UserId user, ChannelId channel, MessageId id);

// A connection that has a channel's chat open.
struct Participant {
    PeerId peer;
    UserId user;
};
// Each once, however often it joined. Start and fetch.
db::Ticket send_participants(db::Tx& tx, ChannelId channel);
Result<std::vector<Participant>> receive_participants(db::Tx& tx, db::Ticket ticket);
Status insert_participant(db::Tx& tx, ChannelId channel, const Participant& participant);
Status delete_participant(db::Tx& tx, ChannelId channel, PeerId peer);
Status delete_participants(db::Tx& tx, ChannelId channel, const std::vector<UserId>& users);
// Of all channels.
Status delete_participants_of(db::Tx& tx, PeerId peer);
Status delete_participants_of(db::Tx& tx, const std::vector<ServerId>& servers);

// A user who exists, with the role of an accepted membership of a root channel.
struct Acquaintance {
    UserId user;
    std::optional<rpc::Role> role;
};
Result<std::vector<Acquaintance>> list_acquaintances(db::Tx& tx, ChannelId root,
                                                     const std::vector<std::int64_t>& users);

}  // namespace collab::chat
