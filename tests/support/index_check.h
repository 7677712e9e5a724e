// SPDX-License-Identifier: Apache-2.0
#pragma once

// The index of a server and the rows that it copies, both as text to be compared.

#include <string>

#include "rpc/index.h"
#include "support/server_world.h"

namespace collab::test {

// Rooms where anybody is or that have projects; one row a line.
std::string index_text(const rpc::Index& index);
// What a server that starts now would load.
std::string rows_text(ServerWorld& world);

}  // namespace collab::test
