// SPDX-License-Identifier: Apache-2.0
#pragma once

// The two yardsticks, each a process of its own on the server's processor. Both hand every
// WebSocket frame that a connection sends to all other connections.
//
//   limit  plain epoll and writev, the same bytes to everybody: nothing that delivers over TCP
//          does less (decisions 36)
//   model  what Zed's server does for each update and each recipient, as far as it can be told
//          from outside: eight statements, then a deep copy, an encoding, a new zstd context and
//          a write of its own (performance goals 1.1, Z1 to Z3). A model, not that server.

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace collab::bench {

class Relay {
public:
    enum class Kind { limit, model };

    // The model reads the database at this URL; the limit needs none.
    explicit Relay(Kind kind, std::string database_url = {});
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    pid_t pid() const { return pid_; }
    std::uint16_t port() const { return port_; }

private:
    pid_t pid_ = -1;
    std::uint16_t port_ = 0;
};

// One message as the model compresses it: streaming, level 4, a new context for each.
std::string compress_anew(const std::string& bytes);

}  // namespace collab::bench
