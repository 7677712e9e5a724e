// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tokens that another program made while we run (collab-seed): one that the loop does not know is
// looked up once before it is refused. Thread: loop.

#include <string_view>
#include <unordered_map>

#include "rpc/live.h"

namespace collab::server {

class TokenLookup {
public:
    explicit TokenLookup(rpc::Live& live) : live_(live) {}

    // True when the token names a row that we do not know: it is being looked up, and the client
    // should be told to try again. False: what the loop knows of it counts.
    bool looking_up(std::string_view authorization);

private:
    rpc::Live& live_;
    bool busy_ = false;
    // Ids that had no row, until when that is believed.
    std::unordered_map<std::int64_t, MonotonicTime> missing_;
};

}  // namespace collab::server
