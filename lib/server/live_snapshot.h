// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the loop knows just now, for an admin who looks into trouble.

#include <string>

#include "rpc/live.h"

namespace collab::server {

// As JSON for people: every connection with its user and what waits at it, and the channel trees
// that users online are told about. No secrets, no names, no SQL. Thread: loop.
std::string live_snapshot_json(rpc::Live& live);

}  // namespace collab::server
