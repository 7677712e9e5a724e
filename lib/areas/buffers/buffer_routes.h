// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of what changes the text of buffers and of shared text threads.

#include <vector>

#include "rpc/route.h"

namespace collab::buffers {

std::vector<rpc::Route> routes();

}  // namespace collab::buffers
