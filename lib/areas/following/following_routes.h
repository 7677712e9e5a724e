// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of following.

#include <vector>

#include "rpc/route.h"

namespace collab::following {

std::vector<rpc::Route> routes();

}  // namespace collab::following
