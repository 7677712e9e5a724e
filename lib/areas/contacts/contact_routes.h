// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows of the messages about contacts.

#include <vector>

#include "rpc/route.h"

namespace collab::contacts {

std::vector<rpc::Route> routes();

}  // namespace collab::contacts
