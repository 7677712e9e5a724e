// SPDX-License-Identifier: Apache-2.0
// Any payload to any row of the routing table, from a host, a guest and a stranger: nothing may
// crash, and whoever waits gets exactly one answer. Input: sender, two bytes of tag, payload.
#include <memory>

#include "server/routes.h"
#include "support/rpc_world.h"

namespace {

struct Fixture {
    collab::test::RpcWorld world{collab::test::Engine::sqlite, collab::server::routes()};
    collab::test::FakeClient& host = world.connect(world.user("host"));
    collab::test::FakeClient& guest = world.connect(world.user("guest"));
    collab::test::FakeClient& stranger = world.connect(world.user("stranger"), "0.190.0");
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Fixture fixture;
    if (size < 3) return 0;
    collab::test::FakeClient* senders[] = {&fixture.host, &fixture.guest, &fixture.stranger};
    auto& sender = *senders[data[0] % 3];
    const auto& rows = fixture.world.router->routes();
    const auto& row = rows[(data[1] << 8 | data[2]) % rows.size()];
    const std::string payload(reinterpret_cast<const char*>(data + 3), size - 3);
    sender.send_raw(row.tag, payload);
    for (auto* client : senders) client->forget();
    return 0;
}
