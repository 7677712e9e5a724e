// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of this area as protocol messages. No SQL.

#include "areas/channels/channel_set.h"
#include "proto/channels.pb.h"

namespace collab::channels {

proto::Channel make_channel(const Channel& channel);
// An update that says how these channels are now.
proto::UpdateChannels make_channels_update(const std::vector<Channel>& channels);
// An update that says who is in the channel's call.
proto::UpdateChannels make_participants_update(ChannelId channel, const std::vector<UserId>& users);
proto::ChannelBufferVersion make_notes_version(const NotesVersion& version);

// Both halves of a channel set (spec 2, 6.3), invitations included.
proto::UpdateUserChannels make_user_channels(const ChannelSet& set);
proto::UpdateChannels make_channels(const ChannelSet& set);

}  // namespace collab::channels
