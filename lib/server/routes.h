// SPDX-License-Identifier: Apache-2.0
#pragma once

// The table of contents of the server: the rows of all areas.

#include <vector>

#include "rpc/route.h"

namespace collab::server {

std::vector<rpc::Route> routes();

}  // namespace collab::server
