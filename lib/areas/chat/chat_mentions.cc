// SPDX-License-Identifier: Apache-2.0
#include "areas/chat/chat_mentions.h"

#include <algorithm>
#include <map>
#include <set>

#include "areas/notifications/notification_messages.h"
#include "base/text.h"

namespace collab::chat {
namespace {

constexpr int kMaxMentions = 1024;  // as many as a body has bytes
constexpr auto kMention = notifications::Kind::channel_message_mention;

bool names_characters(const proto::ChatMention& mention, const std::string& body) {
    if (!mention.has_range()) return false;
    const auto start = mention.range().start();
    const auto end = mention.range().end();
    return start <= end && end <= body.size() && is_char_boundary(body, start) &&
           is_char_boundary(body, end);
}

UserId user_of(const proto::ChatMention& mention) {
    return {static_cast<std::int64_t>(mention.user_id())};
}

}  // namespace

Result<Mentioned> check_mentions(rpc::Call& call, const channels::Channel& channel,
                                 const std::string& body, const WireMentions& requested) {
    Mentioned mentioned;
    if (requested.empty()) return mentioned;
    if (requested.size() > kMaxMentions) return Error{ErrorCode::invalid, "too many mentions"};
    std::set<std::int64_t> ids;
    for (const auto& each : requested) ids.insert(user_of(each).value);
    COLLAB_TRY(const auto users,
               list_acquaintances(call.tx, channel.root(), {ids.begin(), ids.end()}));
    std::set<UserId> exist;
    for (const auto& each : users) {
        exist.insert(each.user);
        const bool sees = each.role && rpc::may_see(*each.role, channel.visibility);
        if (sees && each.user != call.user()) mentioned.users.push_back(each.user);
    }
    std::map<std::int64_t, Mention> by_start;
    for (const auto& each : requested) {
        if (!names_characters(each, body) || !exist.contains(user_of(each))) continue;
        const auto start = static_cast<std::int64_t>(each.range().start());
        const auto end = static_cast<std::int64_t>(each.range().end());
        by_start.try_emplace(start, Mention{start, end, user_of(each)});
    }
    for (const auto& [start, mention] : by_start) mentioned.mentions.push_back(mention);
    return mentioned;
}

void notify_mentioned(rpc::Call& call, rpc::Outbox& outbox, const Message& message,
                      const std::vector<UserId>& users) {
    const std::string content = "{\"sender_id\":" + std::to_string(message.sender.value) +
                                ",\"channel_id\":" + std::to_string(message.channel.value) + "}";
    for (const auto user : users) {
        notifications::create_later(call.tx, outbox, call.now, user, kMention, message.id.value,
                                    content);
    }
}

void forget_mentions(rpc::Call& call, MessageId message) {
    const auto ticket = notifications::send_about(call.tx, kMention, message.value);
    call.outbox.later([&tx = call.tx, ticket](rpc::Outbox& outbox) -> Status {
        COLLAB_TRY(const auto all, notifications::receive_about(tx, ticket));
        std::vector<std::int64_t> ids;
        for (const auto& each : all) {
            ids.push_back(each.id.value);
            notifications::post_deleted(outbox, each.recipient, each.id);
        }
        return ids.empty() ? ok() : notifications::delete_notifications(tx, ids);
    });
}

void renew_mentions(rpc::Call& call, const Message& message, const std::vector<Mention>& before,
                    const std::vector<UserId>& users) {
    const auto ticket = notifications::send_about(call.tx, kMention, message.id.value);
    call.outbox.later(
        [call, ticket, message, before, users](rpc::Outbox& outbox) mutable -> Status {
            COLLAB_TRY(const auto all, notifications::receive_about(call.tx, ticket));
            const auto stays = [&](const notifications::Notification& each) {
                return std::ranges::find(users, each.recipient) != users.end();
            };
            std::set<UserId> known;
            for (const auto& each : before) known.insert(each.user);
            std::vector<std::int64_t> dropped;
            for (const auto& each : all) {
                known.insert(each.recipient);
                if (stays(each)) continue;
                notifications::post_deleted(outbox, each.recipient, each.id);
                dropped.push_back(each.id.value);
            }
            for (const auto& each : all) {
                if (stays(each)) notifications::post_updated(outbox, each.recipient, each);
            }
            if (!dropped.empty()) COLLAB_DO(notifications::delete_notifications(call.tx, dropped));
            std::vector<UserId> added;
            for (const auto user : users) {
                if (!known.contains(user)) added.push_back(user);
            }
            notify_mentioned(call, outbox, message, added);
            return ok();
        });
}

}  // namespace collab::chat
