// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of the channel tree and its members. Joining a channel's call is a row of rooms.

#include <vector>

#include "rpc/route.h"

namespace collab::channels {

std::vector<rpc::Route> routes();

}  // namespace collab::channels
