// SPDX-License-Identifier: Apache-2.0
#pragma once

// Handlers of channel notes but the changes of their text (note_updates.h). Thread: writer.

#include "proto/core.pb.h"
#include "proto/notes.pb.h"
#include "rpc/call.h"

namespace collab::notes {

// Opens the notes of a channel on this connection (spec 2, 8.1) for whoever has a role in it. Error
// no_such_channel; denied; conflict: the connection has them open, or they are damaged.
Result<proto::JoinChannelBufferResponse> join_channel_buffer(
    rpc::Call& call, const proto::JoinChannelBuffer& request);

// Error invalid: not open on this connection.
Status leave_channel_buffer(rpc::Call& call, const proto::LeaveChannelBuffer& request);

// Gives a reconnected client its places back and what it missed (spec 2, 8.3). Notes that it cannot
// go on with are left out of the answer, and the client closes them.
Result<proto::RejoinChannelBuffersResponse> rejoin_channel_buffers(
    rpc::Call& call, const proto::RejoinChannelBuffers& request);

// One-way: the user has seen this much of a note (spec 2, section 7).
Status ack_buffer_operation(rpc::Call& call, const proto::AckBufferOperation& request);

}  // namespace collab::notes
