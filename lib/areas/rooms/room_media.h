// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sound and screens of a call: the way in for clients, and what the media server is told, after
// the commit. All of it is nothing when no media server is configured (spec 1, 4.13).

#include <optional>
#include <string>

#include "proto/rooms.pb.h"
#include "rpc/call.h"
#include "rpc/role.h"

namespace collab::rooms {

// A name for a new room at the media server; `prefix` tells channel calls apart.
std::string new_livekit_room(Random& random, const std::string& prefix = "");

// The caller's ticket for the media room, with what his role there allows.
std::optional<proto::LiveKitConnectionInfo> media_ticket(const rpc::Call& call,
                                                         const std::string& livekit_room,
                                                         rpc::Role role);

void post_media_removal(rpc::Call& call, const std::string& livekit_room, UserId user);
void post_media_role(rpc::Call& call, const std::string& livekit_room, UserId user, rpc::Role role);
void post_media_room_gone(rpc::Call& call, const std::string& livekit_room);

}  // namespace collab::rooms
