// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a host streams about its project: applied to memory and relayed unchanged at once, appended
// to the journal; only its Ack waits for that. Also the language servers' messages, which any
// collaborator may send (spec 2, 3.8 to 3.12). After a restart the first of them waits for the
// project to be loaded. Thread: loop.

#include "rpc/router.h"

namespace collab::projects {

// Each requires that the router checked that the sender is the host.
Status update_worktree(rpc::LiveCall& call, wire::Bytes payload);
Status update_repository(rpc::LiveCall& call, wire::Bytes payload);
Status remove_repository(rpc::LiveCall& call, wire::Bytes payload);
Status update_diagnostic_summary(rpc::LiveCall& call, wire::Bytes payload);
Status update_worktree_settings(rpc::LiveCall& call, wire::Bytes payload);
Status start_language_server(rpc::LiveCall& call, wire::Bytes payload);

// From any collaborator to all others; changes what is stored only when the host sends it.
Status update_language_server(rpc::LiveCall& call, wire::Bytes payload);

}  // namespace collab::projects
