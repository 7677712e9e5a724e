// SPDX-License-Identifier: Apache-2.0
#include "areas/chat/chat_messages.h"

namespace collab::chat {
namespace {

std::uint64_t wire_id(std::int64_t id) {
    return static_cast<std::uint64_t>(id);
}
std::uint64_t seconds(std::int64_t milliseconds) {
    return static_cast<std::uint64_t>(milliseconds / 1000);
}

}  // namespace

proto::ChannelMessage make_message(const Message& message) {
    proto::ChannelMessage made;
    made.set_id(wire_id(message.id.value));
    made.set_body(message.body);
    made.set_timestamp(seconds(message.sent_at));
    made.set_sender_id(wire_id(message.sender.value));
    made.mutable_nonce()->set_upper_half(message.nonce.upper);
    made.mutable_nonce()->set_lower_half(message.nonce.lower);
    for (const auto& each : message.mentions) {
        auto* mention = made.add_mentions();
        mention->mutable_range()->set_start(wire_id(each.start));
        mention->mutable_range()->set_end(wire_id(each.end));
        mention->set_user_id(wire_id(each.user.value));
    }
    if (message.reply_to) made.set_reply_to_message_id(wire_id(*message.reply_to));
    if (message.edited_at) made.set_edited_at(seconds(*message.edited_at));
    return made;
}

}  // namespace collab::chat
