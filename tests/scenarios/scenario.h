// SPDX-License-Identifier: Apache-2.0
#pragma once

// What scenarios stand on: whole servers, people who are each other's contacts, and the few things
// that people do in every story.

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>

#include "support/server_world.h"

namespace collab::test {

using namespace std::chrono_literals;

// Nobody stays in a room or busy for longer after being gone (issue: restarts and time).
constexpr Duration kLongestStay = 45s;

class ScenarioTest : public testing::TestWithParam<Engine> {
protected:
    void SetUp() override;
    // The server knows what the rows say.
    void TearDown() override;

    ServerWorld& world() { return *world_; }
    // A new user on a new connection.
    FakeClient& person(const std::string& name) { return world().connect(world().user(name)); }
    // The same user on a new connection of the newest server.
    FakeClient& back(const FakeClient& lost) { return world().connect(lost.user); }

    void befriend(FakeClient& one, FakeClient& other);
    RoomId create_room(FakeClient& client);
    // Rings and is answered.
    void call(FakeClient& caller, RoomId room, FakeClient& callee);
    // Rings; the client there has Acked.
    void ring(FakeClient& caller, RoomId room, FakeClient& callee);
    Received rejoin(FakeClient& client, RoomId room);
    std::uint64_t share(FakeClient& host, RoomId room);
    std::uint64_t create_channel(FakeClient& client, const std::string& name);
    proto::JoinChannelBufferResponse open_note(FakeClient& client, std::uint64_t channel);
    Received edit_note(FakeClient& client, std::uint64_t channel, std::uint32_t replica,
                       std::uint32_t lamport, const std::string& text);

    // The users in a room, by the rows.
    std::set<UserId> people_in(RoomId room);
    // What a contact saw of somebody last.
    std::optional<proto::Contact> seen_by(FakeClient& watcher, const FakeClient& watched);
    void expect_index_equals_rows(ServerProcess& process);

private:
    std::optional<ServerWorld> world_;
};

// Ada has called Bea, who answered. Carol knows both and is in no room.
class CallScenarioTest : public ScenarioTest {
protected:
    void SetUp() override;

    FakeClient* ada = nullptr;
    FakeClient* bea = nullptr;
    FakeClient* carol = nullptr;
    RoomId room;
};

}  // namespace collab::test
