// SPDX-License-Identifier: Apache-2.0
// Any payload to any row of the routing table, from a host, a guest and a stranger: nothing may
// crash, and whoever waits gets exactly one answer. Input: sender, two bytes of tag, payload.
#include "server/routes.h"
#include "support/server_world.h"

namespace {

using collab::test::FakeClient;

// A whole server, so that every row has what it needs.
struct Fixture {
    collab::test::ServerWorld world{collab::test::Engine::sqlite};
    FakeClient* senders[3] = {&world.connect(world.user("host")),
                              &world.connect(world.user("guest")),
                              &world.connect(world.user("stranger"), "0.190.0")};
    const collab::UserId another = world.user("another");
    const std::vector<collab::rpc::Route> rows = collab::server::routes();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Fixture fixture;
    if (size < 3) return 0;
    auto*& sender = fixture.senders[data[0] % 3];
    if (sender->closed) sender = &fixture.world.connect(fixture.another);
    const auto& row = fixture.rows[(data[1] << 8 | data[2]) % fixture.rows.size()];
    const std::string payload(reinterpret_cast<const char*>(data + 3), size - 3);
    sender->send_raw(row.tag, payload);
    for (auto* client : fixture.senders) client->forget();
    return 0;
}
