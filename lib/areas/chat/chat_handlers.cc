// SPDX-License-Identifier: Apache-2.0
#include "areas/chat/chat_handlers.h"

#include <algorithm>
#include <limits>
#include <set>

#include "areas/channels/channel_access.h"
#include "areas/chat/chat_messages.h"
#include "areas/notifications/notification_messages.h"

namespace collab::chat {
namespace {

constexpr int kMaxRequestedIds = 10'000;

ChannelId channel_id(std::uint64_t number) {
    return {static_cast<std::int64_t>(number)};
}

Status require_participant(rpc::Call& call, ChannelId id) {
    COLLAB_TRY(const auto access, channels::load_access(call.tx, id, call.user()));
    return channels::require_participant(access);
}

}  // namespace

Result<proto::JoinChannelChatResponse> join_channel_chat(rpc::Call& call,
                                                         const proto::JoinChannelChat& request) {
    const auto id = channel_id(request.channel_id());
    COLLAB_DO(require_participant(call, id));
    COLLAB_DO(insert_participant(call.tx, id, {call.peer(), call.user()}));
    COLLAB_TRY(const auto page,
               list_messages(call.tx, id, std::numeric_limits<std::int64_t>::max()));
    return make_page<proto::JoinChannelChatResponse>(page);
}

Status leave_channel_chat(rpc::Call& call, const proto::LeaveChannelChat& request) {
    return delete_participant(call.tx, channel_id(request.channel_id()), call.peer());
}

Result<proto::GetChannelMessagesResponse> get_channel_messages(
    rpc::Call& call, const proto::GetChannelMessages& request) {
    const auto id = channel_id(request.channel_id());
    COLLAB_DO(require_participant(call, id));
    const auto before = static_cast<std::int64_t>(std::min<std::uint64_t>(
        request.before_message_id(), std::numeric_limits<std::int64_t>::max()));
    COLLAB_TRY(const auto page, list_messages(call.tx, id, before));
    return make_page<proto::GetChannelMessagesResponse>(page);
}

Result<proto::GetChannelMessagesResponse> get_channel_messages_by_id(
    rpc::Call& call, const proto::GetChannelMessagesById& request) {
    if (request.message_ids_size() > kMaxRequestedIds) {
        return Error{ErrorCode::invalid, "too many messages asked for at once"};
    }
    const std::vector<std::int64_t> ids(request.message_ids().begin(), request.message_ids().end());
    COLLAB_TRY(const auto page, list_messages(call.tx, ids));
    std::set<ChannelId> channels;
    for (const auto& message : page) channels.insert(message.channel);
    for (const auto channel : channels) COLLAB_DO(require_participant(call, channel));
    return make_page<proto::GetChannelMessagesResponse>(page);
}

Status ack_channel_message(rpc::Call& call, const proto::AckChannelMessage& request) {
    const auto id = channel_id(request.channel_id());
    COLLAB_DO(require_participant(call, id));
    const MessageId message_id{static_cast<std::int64_t>(request.message_id())};
    COLLAB_DO(raise_observed(call.tx, call.user(), id, message_id));
    COLLAB_TRY(
        const auto read,
        notifications::mark_read_about(
            call.tx, call.user(), notifications::Kind::channel_message_mention, message_id.value));
    if (read) notifications::post_added(call.outbox, call.user(), *read);
    return ok();
}

}  // namespace collab::chat
