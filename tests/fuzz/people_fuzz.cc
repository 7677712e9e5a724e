// SPDX-License-Identifier: Apache-2.0
// Any payload to any request about people, contacts, notifications and shared threads, from two who
// know each other: each gets exactly one answer, or ends its connection. Input: sender, row,
// payload.
#include "areas/agents/agent_routes.h"
#include "areas/contacts/contact_routes.h"
#include "areas/notifications/notification_routes.h"
#include "areas/users/user_routes.h"
#include "support/rpc_world.h"

namespace {

using collab::test::FakeClient;

std::vector<collab::rpc::Route> routes_of_people() {
    auto all = collab::users::routes();
    for (auto* routes :
         {&collab::contacts::routes, &collab::notifications::routes, &collab::agents::routes}) {
        for (auto& route : routes()) all.push_back(std::move(route));
    }
    return all;
}

struct Fixture {
    collab::test::RpcWorld world{collab::test::Engine::sqlite, routes_of_people()};
    FakeClient* ada = &world.connect(world.user("ada"));
    FakeClient* bea = &world.connect(world.user("bea"), "0.190.0");
};

std::size_t answers_to(FakeClient& client, std::uint32_t id) {
    std::size_t count = 0;
    for (const auto& each : client.inbox()) {
        if (each.envelope.has_responding_to() && each.envelope.responding_to() == id) ++count;
    }
    return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Fixture fixture;
    if (size < 2) return 0;
    auto*& sender = data[0] % 2 == 0 ? fixture.ada : fixture.bea;
    const auto& rows = fixture.world.router->routes();
    const auto tag = rows[data[1] % rows.size()].tag;
    const std::string payload(reinterpret_cast<const char*>(data + 2), size - 2);
    const auto id = sender->send_raw(tag, payload);
    // Who sends what cannot be read is disconnected without an answer.
    COLLAB_ASSERT(answers_to(*sender, id) == (sender->closed ? 0 : 1));
    if (sender->closed) {
        fixture.world.disconnect(*sender);
        const auto* version = sender == fixture.ada ? "1.14.0" : "0.190.0";
        sender = &fixture.world.connect(sender->user, version);
    }
    fixture.ada->forget();
    fixture.bea->forget();
    return 0;
}
