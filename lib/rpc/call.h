// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a request handler on the writer or a reader is given.

#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/semver.h"
#include "db/tx.h"
#include "rpc/outbox.h"
#include "rpc/services.h"
#include "rpc/settings.h"

namespace collab::rpc {

// Who is on a connection. Fixed while it lives.
struct Caller {
    UserId user;
    PeerId peer;
    bool admin = false;    // of the server; no role in any channel follows from it
    Semver version;        // of the client
    std::string base_url;  // as the client reached us: "http://host:port", for avatars
};

// Whom work is done for that no connection asked for: clean-up, what a lost connection leaves.
inline const std::shared_ptr<const Caller>& nobody() {
    static const auto caller = std::make_shared<const Caller>();
    return caller;
}

struct Call {
    db::Tx& tx;
    const Caller& caller;
    Outbox& outbox;
    Random& random;
    const Settings& settings;
    const Services& services;
    WallTime now;
    // The request's frame as it came, to be forwarded unchanged (encoded anew when the bytes can
    // not be relayed as they are): for conversations and for rows with RecordOptions::keeps_frame,
    // else null.
    wire::Body frame;

    UserId user() const { return caller.user; }
    PeerId peer() const { return caller.peer; }
};

}  // namespace collab::rpc
