// SPDX-License-Identifier: Apache-2.0
#include "areas/agents/agent_routes.h"

#include "areas/agents/agent_handlers.h"

namespace collab::agents {

std::vector<rpc::Route> routes() {
    return {
        rpc::record<&share_agent_thread>(),
        rpc::read<&get_shared_agent_thread>(),
    };
}

}  // namespace collab::agents
