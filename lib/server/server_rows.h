// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows of server processes: taking one at start, renewing it, finding those that are dead
// (decisions 34).

#include <vector>

#include "areas/users/access_tokens.h"
#include "rpc/call.h"
#include "rpc/index.h"

namespace collab::server {

// What the loop must know before anybody connects.
struct Beginning {
    ServerId server;
    std::vector<rpc::RoomState> rooms;
    users::Access access;
};
Result<Beginning> begin_server(rpc::Call& call, const std::string& environment);

// Tells by the way whether somebody else changed who may sign in. Error not_found: another server
// took this one for dead and has removed it.
Result<users::AccessSums> renew_server(rpc::Call& call, ServerId server);

// Other servers of the same environment that have been silent for the clean-up time. One that was
// seen that far in the future is one, too: the clock was set back, and it is dead or renews its
// row.
Result<std::vector<ServerId>> find_stale_servers(rpc::Call& call, ServerId self);

Status delete_servers(rpc::Call& call, const std::vector<ServerId>& servers);

}  // namespace collab::server
