// SPDX-License-Identifier: Apache-2.0
#pragma once

// A server's row of commit_seq, which each batch of its writer raises (HACKING.md, "Durability").
// Whoever reads it in the snapshot of other rows knows which batches those rows hold.

#include <string_view>

namespace collab::rpc {

// $1: the server.
inline constexpr std::string_view kReadCount = "SELECT seq FROM commit_seq WHERE server_id = $1";

}  // namespace collab::rpc
