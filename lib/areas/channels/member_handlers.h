// SPDX-License-Identifier: Apache-2.0
#pragma once

// Requests about the members of a root channel: inviting, answering, leaving, roles, the list
// (spec 2, 6.6).

#include "proto/channels.pb.h"
#include "rpc/call.h"

namespace collab::channels {

Status invite_channel_member(rpc::Call& call, const proto::InviteChannelMember& request);
Status respond_to_channel_invite(rpc::Call& call, const proto::RespondToChannelInvite& request);
// By an admin, or by the member himself, who leaves. Nothing stops the last admin.
Status remove_channel_member(rpc::Call& call, const proto::RemoveChannelMember& request);
Status set_channel_member_role(rpc::Call& call, const proto::SetChannelMemberRole& request);
// Members and invitees of the channel's root, banned ones included. Reads only.
Result<proto::GetChannelMembersResponse> get_channel_members(
    rpc::Call& call, const proto::GetChannelMembers& request);

}  // namespace collab::channels
