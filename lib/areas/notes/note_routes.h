// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of channel notes.

#include <vector>

#include "rpc/route.h"

namespace collab::notes {

std::vector<rpc::Route> routes();

}  // namespace collab::notes
