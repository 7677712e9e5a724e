// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows of the messages about people and accounts.

#include <vector>

#include "rpc/route.h"

namespace collab::users {

std::vector<rpc::Route> routes();

}  // namespace collab::users
