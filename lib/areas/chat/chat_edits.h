// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sending, changing and removing chat messages (spec 2, section 10). The caller must have the chat
// open on some connection.

#include "proto/chat.pb.h"
#include "rpc/call.h"

namespace collab::chat {

// Longest body in bytes, without the white space around it.
inline constexpr std::size_t kMaxBody = 1024;

// A message with a nonce that its sender used before is not stored again: the stored one is the
// answer, and nobody else hears of it. Error invalid: empty or too long, no nonce; denied.
Result<proto::SendChannelMessageResponse> send_channel_message(
    rpc::Call& call, const proto::SendChannelMessage& request);

// The sender's own message. Error as when sending; not_found: not in this channel.
Status update_channel_message(rpc::Call& call, const proto::UpdateChannelMessage& request);

// One's own message, any message as admin of the channel.
Status remove_channel_message(rpc::Call& call, const proto::RemoveChannelMessage& request);

}  // namespace collab::chat
