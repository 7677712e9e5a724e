// SPDX-License-Identifier: Apache-2.0
#pragma once

// A WebSocket without a network.

#include <optional>
#include <string>

#include "net/server.h"

namespace collab::test {

// A socket that keeps what is done to it.
class FakeSocket final : public net::Socket {
public:
    void wake() override { woken = true; }
    void close(net::CloseCode code, std::string_view) override { closed = code; }
    void abort() override {}
    bool congested() const override { return false; }
    MonotonicTime last_received() const override { return {}; }
    MonotonicTime last_written() const override { return {}; }
    const std::string& peer_address() const override { return address; }

    bool woken = false;
    std::optional<net::CloseCode> closed;
    const std::string address = "192.0.2.7";
};

}  // namespace collab::test
