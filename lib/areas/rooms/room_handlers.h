// SPDX-License-Identifier: Apache-2.0
#pragma once

// Handlers about a room that one is in, and making one. Getting in: join_handlers.h; calling
// others: call_handlers.h.

#include "proto/rooms.pb.h"
#include "rpc/call.h"

namespace collab::rooms {

// Spec 1, 4.3. Error conflict: the caller is in a room, or is being called.
Result<proto::CreateRoomResponse> create_room(rpc::Call& call, const proto::CreateRoom& request);

// Spec 1, 4.4. Also fine for who is in no room.
Status leave(rpc::Call& call, const proto::LeaveRoom& request);

// Spec 1, 4.5. Errors: invalid: no role; denied: the caller is no admin there; not_found: the user
// is not there; needs_cla: the channel asks for a CLA that the user has not signed.
Status set_participant_role(rpc::Call& call, const proto::SetRoomParticipantRole& request);

// Spec 1, 4.12. Errors: invalid: no location; not_found: the connection is not in that room.
Status update_location(rpc::Call& call, const proto::UpdateParticipantLocation& request);

}  // namespace collab::rooms
