// SPDX-License-Identifier: Apache-2.0
#pragma once

// Requests that change the channel tree (spec 2, 6.6) and the one that subscribes to it (6.3).
// Those about members are in member_handlers.h.

#include "proto/channels.pb.h"
#include "rpc/call.h"

namespace collab::channels {

// Tells this connection all that its user sees, and his connections of changes from now on.
Status subscribe_to_channels(rpc::Call& call, const proto::SubscribeToChannels& request);

Result<proto::CreateChannelResponse> create_channel(rpc::Call& call,
                                                    const proto::CreateChannel& request);
// With all below it; who is in a call or in notes there is taken out first.
Status delete_channel(rpc::Call& call, const proto::DeleteChannel& request);
Result<proto::RenameChannelResponse> rename_channel(rpc::Call& call,
                                                    const proto::RenameChannel& request);
// Within its tree only.
Status move_channel(rpc::Call& call, const proto::MoveChannel& request);
// One place up or down among its siblings.
Status reorder_channel(rpc::Call& call, const proto::ReorderChannel& request);
Status set_channel_visibility(rpc::Call& call, const proto::SetChannelVisibility& request);

}  // namespace collab::channels
