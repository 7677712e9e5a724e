// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which right the operations of a message need. Only the variants are looked at (decisions 9, 12):
// an unknown length-delimited field is an unknown variant and a write, two variants in one
// operation are refused, unknown scalars are ignored.

#include "base/result.h"
#include "rpc/index.h"
#include "wire/fields.h"

namespace collab::buffers {

// Of one Operation: read for selections and for none, else write.
Result<rpc::Right> right_for_operation(wire::Bytes operation);

// Of all operations of an UpdateBuffer.
Result<rpc::Right> right_for_update_buffer(wire::Bytes payload);

// Of an UpdateContext: read for no variant, and for a buffer operation whose inner operation is
// there and needs no more; else write. Error invalid when the operation is missing.
Result<rpc::Right> right_for_update_context(wire::Bytes payload);

}  // namespace collab::buffers
