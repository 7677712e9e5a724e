// SPDX-License-Identifier: Apache-2.0
#pragma once

// Being in a channel's chat and reading it (spec 2, section 10). Newer clients have no chat and
// send none of this. What changes messages is in chat_edits.h.

#include "proto/chat.pb.h"
#include "rpc/call.h"

namespace collab::chat {

// Answers with the newest page. Error no_such_channel; denied: no role in the channel.
Result<proto::JoinChannelChatResponse> join_channel_chat(rpc::Call& call,
                                                         const proto::JoinChannelChat& request);

// One-way. Nothing when the connection has not joined.
Status leave_channel_chat(rpc::Call& call, const proto::LeaveChannelChat& request);

// The page before a message. On a reader.
Result<proto::GetChannelMessagesResponse> get_channel_messages(
    rpc::Call& call, const proto::GetChannelMessages& request);

// Those that exist. Error denied: one is in a channel where the caller has no role; invalid: far
// too many ids. On a reader.
Result<proto::GetChannelMessagesResponse> get_channel_messages_by_id(
    rpc::Call& call, const proto::GetChannelMessagesById& request);

// One-way: seen up to here; the caller's own notification of a mention there is read.
Status ack_channel_message(rpc::Call& call, const proto::AckChannelMessage& request);

}  // namespace collab::chat
