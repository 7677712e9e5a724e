// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of channel chat.

#include <vector>

#include "rpc/route.h"

namespace collab::chat {

std::vector<rpc::Route> routes();

}  // namespace collab::chat
