// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of rooms and calls. RejoinRoom is a row of area projects.

#include <vector>

#include "rpc/route.h"

namespace collab::rooms {

std::vector<rpc::Route> routes();

}  // namespace collab::rooms
