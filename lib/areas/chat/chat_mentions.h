// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who is mentioned in a chat message, and the notifications that follow from it.

#include <vector>

#include "areas/channels/channel_queries.h"
#include "areas/chat/chat_queries.h"
#include "proto/chat.pb.h"
#include "rpc/call.h"

namespace collab::chat {

using WireMentions = google::protobuf::RepeatedPtrField<proto::ChatMention>;

struct Mentioned {
    std::vector<Mention>
        mentions;               // to be stored: of users who exist, within the body's characters
    std::vector<UserId> users;  // to be told: who can see the channel, but not the author
};

// Sorts out what the author of `body` asked for. Error invalid: far too many mentions.
Result<Mentioned> check_mentions(rpc::Call& call, const channels::Channel& channel,
                                 const std::string& body, const WireMentions& requested);

// Notifies these users of the message, later, in a place of `outbox`.
void notify_mentioned(rpc::Call& call, rpc::Outbox& outbox, const Message& message,
                      const std::vector<UserId>& users);

// Deletes all notifications about the message, and says so to whom they belonged; later.
void forget_mentions(rpc::Call& call, MessageId message);

// After an edit, later: those mentioned before and still are told that the message changed, those
// no longer mentioned lose their notification, and those new among `users` get one. `before` are
// the mentions that the message had.
void renew_mentions(rpc::Call& call, const Message& message, const std::vector<Mention>& before,
                    const std::vector<UserId>& users);

}  // namespace collab::chat
