// SPDX-License-Identifier: Apache-2.0
#pragma once

// Handlers that bring somebody into a room: by accepting a call, or through a channel.

#include "proto/channels.pb.h"
#include "proto/rooms.pb.h"
#include "rpc/call.h"

namespace collab::rooms {

// Spec 1, 4.8; the room of a channel is joined as join_channel() does. Error not_found: no such
// room, or nobody called the user there.
Result<proto::JoinRoomResponse> join_room(rpc::Call& call, const proto::JoinRoom& request);

// Spec 1, 4.10 and 2, 6.7. Who asks leaves the room that he was in, on whatever connection, also
// when he is refused then (errors no_such_channel, forbidden). For who is let in, a call that
// rings elsewhere ends.
Result<proto::JoinRoomResponse> join_channel(rpc::Call& call, const proto::JoinChannel& request);

}  // namespace collab::rooms
