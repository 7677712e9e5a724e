// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows of the messages about shared agent threads.

#include <vector>

#include "rpc/route.h"

namespace collab::agents {

std::vector<rpc::Route> routes();

}  // namespace collab::agents
