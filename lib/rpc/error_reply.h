// SPDX-License-Identifier: Apache-2.0
#pragma once

// Errors of ours as Errors on the wire: the only such mapping (decisions 14).

#include "base/result.h"
#include "wire/frame.h"

namespace collab::rpc {

// An Error envelope body for `error`.
wire::Body encode_error(const Error& error);

}  // namespace collab::rpc
