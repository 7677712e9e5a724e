// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the relay looks into by hand: the few fields that decide a right or a target in messages
// that have no schema here (decisions 12).

#include <optional>

#include "base/ids.h"
#include "rpc/route.h"
#include "wire/fields.h"

namespace collab::rpc {

// The project that field 1 names. Error invalid: malformed, or the field stands twice.
Result<ProjectId> project_of(wire::Bytes payload);

// What who lacks the need is told.
Error denied(Need need);

// Error invalid: one of the fields 1 to `last` (at most 31) stands twice, or the message is
// malformed.
Status check_once(wire::Bytes payload, std::uint32_t last);

// What an LspQuery needs: code actions, code lenses, no query and an unknown one need write, all
// others read. Error invalid: two queries in one message.
Result<Need> need_of_lsp_query(wire::Bytes payload);

// The PeerId in field 2. Error invalid: absent, twice or malformed.
Result<PeerId> target_peer(wire::Bytes payload);

}  // namespace collab::rpc
