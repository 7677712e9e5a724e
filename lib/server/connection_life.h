// SPDX-License-Identifier: Apache-2.0
#pragma once

// What connecting, being lost and staying away mean in each area, in the order of spec 1, 2.4, 2.7
// and 2.2. Each function runs on the writer.

#include <memory>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "rpc/call.h"

namespace collab::server {

// Whose connection is new. `impersonated`: an admin is signed in as them and counts as staff as far
// as the plan goes (spec 1, 1.3).
struct Newcomer {
    std::shared_ptr<const rpc::Caller> caller;
    bool impersonated = false;
};
using Newcomers = std::vector<Newcomer>;

// Everything that new connections are sent after Hello, and that their contacts learn of them. One
// whose user is gone is closed. One round trip, and one more for each whose user is being called.
Status greet(rpc::Call& call, const Newcomers& newcomers);

// At once when a socket is gone: the rows of `peer` are marked.
Status mark_lost(rpc::Call& call, PeerId peer);

struct FarewellStep {
    std::string_view what;
    Status (*work)(rpc::Call& call, PeerId peer, UserId user);
};
// When it has not come back within the reconnect time. Nothing happens for what was rejoined.
std::span<const FarewellStep> farewell_steps();
// `own` is this server.
Status decline_for_offline(rpc::Call& call, UserId user, ServerId own);
Status tell_contacts(rpc::Call& call, UserId user);

// Who is dead, and who is connected here.
struct Sweep {
    std::vector<ServerId> stale;
    std::unordered_set<UserId> online;
};
struct SweepStep {
    std::string_view what;
    Status (*work)(rpc::Call& call, const Sweep& sweep);
};
// What dead servers left behind, but for their own rows.
std::span<const SweepStep> sweep_steps();

}  // namespace collab::server
