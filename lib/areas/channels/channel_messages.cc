// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/channel_messages.h"

namespace collab::channels {
namespace {

std::uint64_t wire_id(std::int64_t id) {
    return static_cast<std::uint64_t>(id);
}

proto::ChannelMessageId make_message_id(const LatestMessage& latest) {
    proto::ChannelMessageId message;
    message.set_channel_id(wire_id(latest.channel.value));
    message.set_message_id(wire_id(latest.message.value));
    return message;
}

}  // namespace

proto::Channel make_channel(const Channel& channel) {
    proto::Channel message;
    message.set_id(wire_id(channel.id.value));
    message.set_name(channel.name);
    message.set_visibility(static_cast<proto::ChannelVisibility>(rpc::to_wire(channel.visibility)));
    message.set_channel_order(channel.order);
    for (const auto& ancestor : channel.parent_path)
        message.add_parent_path(wire_id(ancestor.value));
    return message;
}

proto::UpdateChannels make_channels_update(const std::vector<Channel>& channels) {
    proto::UpdateChannels update;
    for (const auto& channel : channels) *update.add_channels() = make_channel(channel);
    return update;
}

proto::UpdateChannels make_participants_update(ChannelId channel,
                                               const std::vector<UserId>& users) {
    proto::UpdateChannels update;
    auto* participants = update.add_channel_participants();
    participants->set_channel_id(static_cast<std::uint64_t>(channel.value));
    for (const auto& user : users) {
        participants->add_participant_user_ids(static_cast<std::uint64_t>(user.value));
    }
    return update;
}

proto::ChannelBufferVersion make_notes_version(const NotesVersion& version) {
    proto::ChannelBufferVersion message;
    message.set_channel_id(wire_id(version.channel.value));
    message.set_epoch(wire_id(version.epoch));
    if (version.operation) {
        auto* entry = message.add_version();
        entry->set_replica_id(version.operation->first);
        entry->set_timestamp(version.operation->second);
    }
    return message;
}

proto::UpdateUserChannels make_user_channels(const ChannelSet& set) {
    proto::UpdateUserChannels update;
    for (const auto& each : set.memberships) {
        auto* membership = update.add_channel_memberships();
        membership->set_channel_id(wire_id(each.channel.value));
        membership->set_role(static_cast<proto::ChannelRole>(rpc::to_wire(each.role)));
    }
    for (const auto& each : set.observed_notes) {
        *update.add_observed_channel_buffer_version() = make_notes_version(each);
    }
    for (const auto& each : set.observed_messages) {
        *update.add_observed_channel_message_id() = make_message_id(each);
    }
    return update;
}

proto::UpdateChannels make_channels(const ChannelSet& set) {
    auto update = make_channels_update(set.channels);
    for (const auto& each : set.invitations) {
        *update.add_channel_invitations() = make_channel(each);
    }
    for (const auto& each : set.participants) {
        auto* participants = update.add_channel_participants();
        participants->set_channel_id(wire_id(each.channel.value));
        for (const auto& user : each.users)
            participants->add_participant_user_ids(wire_id(user.value));
    }
    for (const auto& each : set.latest_notes) {
        *update.add_latest_channel_buffer_versions() = make_notes_version(each);
    }
    for (const auto& each : set.latest_messages) {
        *update.add_latest_channel_message_ids() = make_message_id(each);
    }
    return update;
}

}  // namespace collab::channels
