// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows of the messages about notifications.

#include <vector>

#include "rpc/route.h"

namespace collab::notifications {

std::vector<rpc::Route> routes();

}  // namespace collab::notifications
