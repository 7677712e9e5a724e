// SPDX-License-Identifier: Apache-2.0
// What an editor of June 2025 does in the chat of a channel.
#include "simulation/simulated_person.h"

namespace collab::test {

void SimulatedPerson::open_chat(std::uint64_t channel) {
    proto::JoinChannelChat join;
    join.set_channel_id(channel);
    ask(join, [this, channel](const Received& answer) {
        if (answer.is_error()) return;
        auto& chat = chats[channel];
        chat.clear();
        const auto response = answer.as<proto::JoinChannelChatResponse>();
        for (const auto& each : response.messages()) chat[each.id()] = each.body();
    });
}

void SimulatedPerson::say(std::uint64_t channel, const std::string& text) {
    proto::SendChannelMessage send;
    send.set_channel_id(channel);
    send.set_body(text);
    send.mutable_nonce()->set_upper_half(random_());
    send.mutable_nonce()->set_lower_half(random_());
    ask(send, [this, channel](const Received& answer) {
        if (answer.is_error() || !chats.contains(channel)) return;
        const auto response = answer.as<proto::SendChannelMessageResponse>();
        chats[channel][response.message().id()] = response.message().body();
    });
}

void SimulatedPerson::take_back(std::uint64_t channel, std::uint64_t message) {
    proto::RemoveChannelMessage remove;
    remove.set_channel_id(channel);
    remove.set_message_id(message);
    ask(remove, [this, channel, message](const Received& answer) {
        if (!answer.is_error() && chats.contains(channel)) chats[channel].erase(message);
    });
}

void SimulatedPerson::close_chat(std::uint64_t channel) {
    proto::LeaveChannelChat leave;
    leave.set_channel_id(channel);
    chats.erase(channel);
    tell(leave);
}

bool SimulatedPerson::take_chat(const Received& received) {
    if (received.tag == wire::tag_of<proto::ChannelMessageSent>()) {
        const auto sent = received.as<proto::ChannelMessageSent>();
        const auto chat = chats.find(sent.channel_id());
        if (chat != chats.end()) chat->second[sent.message().id()] = sent.message().body();
        return true;
    }
    if (received.tag == wire::tag_of<proto::RemoveChannelMessage>()) {
        const auto removed = received.as<proto::RemoveChannelMessage>();
        const auto chat = chats.find(removed.channel_id());
        if (chat != chats.end()) chat->second.erase(removed.message_id());
        return true;
    }
    return false;
}

}  // namespace collab::test
