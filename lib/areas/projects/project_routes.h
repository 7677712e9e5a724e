// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of shared projects: sharing, joining, what the host streams, coming back.

#include <vector>

#include "rpc/route.h"

namespace collab::projects {

std::vector<rpc::Route> routes();

}  // namespace collab::projects
