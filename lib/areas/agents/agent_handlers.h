// SPDX-License-Identifier: Apache-2.0
#pragma once

// Agent threads that people share by a link (spec 2, section 12). Clients of July 2026 do not use
// it any more.

#include <cstddef>

#include "proto/agents.pb.h"
#include "proto/core.pb.h"
#include "rpc/call.h"

namespace collab::agents {

inline constexpr std::size_t kMaxTitleCharacters = 512;
inline constexpr std::size_t kMaxThreadBytes = std::size_t{8} << 20;

// Error invalid: no UUID, or over one of the limits; denied: somebody else's.
Status share_agent_thread(rpc::Call& call, const proto::ShareAgentThread& request);

// Everybody who knows the id may read it.
Result<proto::GetSharedAgentThreadResponse> get_shared_agent_thread(
    rpc::Call& call, const proto::GetSharedAgentThread& request);

}  // namespace collab::agents
