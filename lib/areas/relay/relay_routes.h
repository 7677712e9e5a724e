// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows of everything that the server only passes on, between a project's host and its guests.
// The classes are those of spec handlers.csv, column ours_class; the router does the work.

#include <vector>

#include "rpc/route.h"

namespace collab::relay {

std::vector<rpc::Route> routes();

}  // namespace collab::relay
