// SPDX-License-Identifier: Apache-2.0
#pragma once

// Signing in, many at a time: connections that come while a greeting still waits for the writer
// join it, so that a crowd costs hardly more round trips than one person.

#include <memory>

#include "rpc/router.h"

namespace collab::server {

class Greetings {
public:
    Greetings(rpc::Live& live, rpc::Router& router) : live_(live), router_(router) {}

    // Greets the connection in its place in the order of the writer, before every request of its
    // own. It is closed when that fails. Thread: loop.
    void add(rpc::Session& session, bool impersonated);

private:
    struct Group;
    void finish(Group& group, const Status& status, rpc::Outbox& outbox);

    rpc::Live& live_;
    rpc::Router& router_;
    std::shared_ptr<Group> latest_;
};

}  // namespace collab::server
