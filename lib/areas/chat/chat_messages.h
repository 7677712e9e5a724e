// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of channel chats as protobuf messages.

#include "areas/chat/chat_queries.h"
#include "proto/chat.pb.h"
#include "rpc/outbox.h"

namespace collab::chat {

// Times are in unix seconds on the wire.
proto::ChannelMessage make_message(const Message& message);

// Fills `messages` and `done` of a response with a page.
template <class Response>
Response make_page(const Messages& page) {
    Response response;
    for (const auto& message : page) *response.add_messages() = make_message(message);
    response.set_done(page.size() < kPageSize);
    return response;
}

// To everybody who has the chat open but the connection `except`.
template <class M>
void post_to_participants(rpc::Outbox& outbox, const std::vector<Participant>& participants,
                          const M& message, PeerId except) {
    const auto tag = wire::tag_of<M>();
    const auto body = wire::encode(tag, message);
    for (const auto& each : participants) {
        if (each.peer != except) outbox.post({rpc::ToPeer{each.peer}, tag, body, {}, {}});
    }
}

}  // namespace collab::chat
