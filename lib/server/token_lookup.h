// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tokens that another program made while we run (collab-seed): one that the loop does not know is
// looked up once before it is refused, and its request waits for that. Thread: loop.

#include <functional>
#include <memory>
#include <string_view>

#include "rpc/live.h"

namespace collab::server {

class TokenLookup {
public:
    // `live` must outlive this.
    explicit TokenLookup(rpc::Live& live);
    // What waits is never answered.
    ~TokenLookup();
    TokenLookup(const TokenLookup&) = delete;
    TokenLookup& operator=(const TokenLookup&) = delete;

    // Whether the second word of the header is a token that the loop does not know, and that has
    // not been looked for in vain in the last seconds.
    bool needs(std::string_view authorization) const;

    // Requires needs(). `then` runs later: true, what the loop knows now counts; false, the
    // database did not answer in time, or too many wait.
    void look_up(std::string_view authorization, std::function<void(bool)> then);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace collab::server
