// SPDX-License-Identifier: Apache-2.0
#include "areas/chat/chat_edits.h"

#include <algorithm>

#include "areas/channels/channel_access.h"
#include "areas/channels/subscriptions.h"
#include "areas/chat/chat_mentions.h"
#include "areas/chat/chat_messages.h"
#include "base/text.h"

namespace collab::chat {
namespace {

// A channel whose chat the caller has open, and what he may do there.
struct Place {
    channels::Channel channel;
    rpc::Role role = rpc::Role::guest;
    std::vector<Participant> participants;
};

Result<Place> enter(rpc::Call& call, std::uint64_t channel_number) {
    const ChannelId id{static_cast<std::int64_t>(channel_number)};
    const auto ticket = send_participants(call.tx, id);
    COLLAB_TRY(auto access, channels::load_access(call.tx, id, call.user()));
    COLLAB_TRY(auto participants, receive_participants(call.tx, ticket));
    COLLAB_DO(channels::require_participant(access));
    const auto role = *access.role();
    if (std::ranges::none_of(participants,
                             [&](const auto& each) { return each.user == call.user(); })) {
        return Error{ErrorCode::denied, "you are not in the chat of this channel"};
    }
    return Place{std::move(access.channel), role, std::move(participants)};
}

// The body and nonce that a message may have.
template <class Request>
Result<Message> check(rpc::Call& call, const Request& request) {
    Message message;
    message.body = std::string(trim(request.body()));
    if (message.body.size() > kMaxBody) return Error{ErrorCode::invalid, "the message is too long"};
    if (message.body.empty()) return Error{ErrorCode::invalid, "the message is empty"};
    // PostgreSQL stores no NUL in a text.
    if (message.body.find('\0') != std::string::npos) {
        return Error{ErrorCode::invalid, "the message has a zero byte in it"};
    }
    if (!request.has_nonce()) return Error{ErrorCode::invalid, "the message has no nonce"};
    message.nonce = {request.nonce().upper_half(), request.nonce().lower_half()};
    message.channel = {static_cast<std::int64_t>(request.channel_id())};
    message.sender = call.user();
    message.sent_at = unix_ms(call.now);
    return message;
}

MessageTickets ask_for_message(rpc::Call& call, std::uint64_t channel, std::uint64_t message) {
    return send_find(call.tx, ChannelId{static_cast<std::int64_t>(channel)},
                     MessageId{static_cast<std::int64_t>(message)});
}

Result<Message> load_message(rpc::Call& call, const MessageTickets& asked) {
    COLLAB_TRY(auto found, receive_message(call.tx, asked));
    if (!found) return Error{ErrorCode::not_found, "no such message in this channel"};
    return *std::move(found);
}

// Whoever may see the channel and does not have its chat open.
void post_unseen(rpc::Call& call, const Place& place, const Message& message) {
    proto::UpdateChannels update;
    auto* latest = update.add_latest_channel_message_ids();
    latest->set_channel_id(static_cast<std::uint64_t>(message.channel.value));
    latest->set_message_id(static_cast<std::uint64_t>(message.id.value));
    std::vector<PeerId> have_it;
    for (const auto& each : place.participants) have_it.push_back(each.peer);
    channels::post_to_subscribers(call.outbox, place.channel.root(), place.channel.visibility,
                                  update, std::move(have_it));
}

}  // namespace

Result<proto::SendChannelMessageResponse> send_channel_message(
    rpc::Call& call, const proto::SendChannelMessage& request) {
    COLLAB_TRY(auto message, check(call, request));
    if (request.has_reply_to_message_id()) {
        message.reply_to = static_cast<std::int64_t>(request.reply_to_message_id());
    }
    COLLAB_TRY(const auto place, enter(call, request.channel_id()));
    const auto ticket = send_message(call.tx, message);
    auto checked = check_mentions(call, place.channel, message.body, request.mentions());
    COLLAB_TRY(const auto id, receive_message_id(call.tx, ticket));
    COLLAB_TRY(auto mentioned, std::move(checked));
    proto::SendChannelMessageResponse response;
    if (!id) {
        COLLAB_TRY(const auto stored, find_message(call.tx, call.user(), message.nonce));
        if (!stored) return Error{ErrorCode::internal, "the message sent before is gone"};
        *response.mutable_message() = make_message(*stored);
        return response;
    }
    message.id = *id;
    message.mentions = std::move(mentioned.mentions);
    COLLAB_DO(replace_mentions(call.tx, message.id, message.mentions));
    COLLAB_DO(raise_observed(call.tx, call.user(), message.channel, message.id));
    *response.mutable_message() = make_message(message);
    // As asked for, whatever is stored of it.
    *response.mutable_message()->mutable_mentions() = request.mentions();
    proto::ChannelMessageSent sent;
    sent.set_channel_id(request.channel_id());
    *sent.mutable_message() = response.message();
    post_to_participants(call.outbox, place.participants, sent, call.peer());
    call.outbox.reply();
    post_unseen(call, place, message);
    notify_mentioned(call, call.outbox, message, mentioned.users);
    return response;
}

Status update_channel_message(rpc::Call& call, const proto::UpdateChannelMessage& request) {
    COLLAB_TRY(const auto wanted, check(call, request));
    const auto asked = ask_for_message(call, request.channel_id(), request.message_id());
    COLLAB_TRY(const auto place, enter(call, request.channel_id()));
    COLLAB_TRY(auto message, load_message(call, asked));
    if (message.sender != call.user()) {
        return Error{ErrorCode::denied, "only its author may change a message"};
    }
    COLLAB_TRY(auto mentioned,
               check_mentions(call, place.channel, wanted.body, request.mentions()));
    const auto before = std::exchange(message.mentions, std::move(mentioned.mentions));
    message.body = wanted.body;
    message.edited_at = unix_ms(call.now);
    COLLAB_DO(update_message(call.tx, message));
    COLLAB_DO(replace_mentions(call.tx, message.id, message.mentions));
    proto::ChannelMessageUpdate update;
    update.set_channel_id(request.channel_id());
    *update.mutable_message() = make_message(message);
    *update.mutable_message()->mutable_nonce() = request.nonce();
    call.outbox.reply();
    post_to_participants(call.outbox, place.participants, update, call.peer());
    renew_mentions(call, message, before, mentioned.users);
    return ok();
}

Status remove_channel_message(rpc::Call& call, const proto::RemoveChannelMessage& request) {
    const auto asked = ask_for_message(call, request.channel_id(), request.message_id());
    COLLAB_TRY(const auto place, enter(call, request.channel_id()));
    COLLAB_TRY(const auto message, load_message(call, asked));
    if (message.sender != call.user() && place.role != rpc::Role::admin) {
        return Error{ErrorCode::denied, "only its author or an admin may remove a message"};
    }
    COLLAB_DO(delete_message(call.tx, message.id));
    post_to_participants(call.outbox, place.participants, request, call.peer());
    forget_mentions(call, message.id);
    return ok();
}

}  // namespace collab::chat
