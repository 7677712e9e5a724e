// SPDX-License-Identifier: Apache-2.0
#include "scenarios/scenario.h"

#include "support/index_check.h"

namespace collab::test {

void ScenarioTest::SetUp() {
    if (const auto reason = why_skipped(GetParam())) GTEST_SKIP() << *reason;
    world_.emplace(GetParam());
}

void ScenarioTest::TearDown() {
    if (!world_) return;
    world().settle();
    if (world().current().alive()) expect_index_equals_rows(world().current());
}

void CallScenarioTest::SetUp() {
    ScenarioTest::SetUp();
    if (IsSkipped()) return;
    ada = &person("ada");
    bea = &person("bea");
    carol = &person("carol");
    befriend(*ada, *bea);
    befriend(*ada, *carol);
    befriend(*bea, *carol);
    room = create_room(*ada);
    call(*ada, room, *bea);
}

void ScenarioTest::befriend(FakeClient& one, FakeClient& other) {
    proto::RequestContact ask;
    ask.set_responder_id(static_cast<std::uint64_t>(other.user.value));
    EXPECT_FALSE(one.request(ask).is_error());
    proto::RespondToContactRequest answer;
    answer.set_requester_id(static_cast<std::uint64_t>(one.user.value));
    answer.set_response(proto::Accept);
    EXPECT_FALSE(other.request(answer).is_error());
}

RoomId ScenarioTest::create_room(FakeClient& client) {
    const auto room = client.request(proto::CreateRoom()).as<proto::CreateRoomResponse>().room();
    return RoomId{static_cast<std::int64_t>(room.id())};
}

void ScenarioTest::ring(FakeClient& caller, RoomId room, FakeClient& callee) {
    proto::Call request;
    request.set_room_id(static_cast<std::uint64_t>(room.value));
    request.set_called_user_id(static_cast<std::uint64_t>(callee.user.value));
    const auto id = caller.send(request);
    const auto ringing = callee.received_raw(wire::tag_of<proto::IncomingCall>());
    ASSERT_FALSE(ringing.empty());
    callee.reply(ringing.back(), proto::Ack());
    EXPECT_FALSE(caller.answer_to(id).is_error());
}

void ScenarioTest::call(FakeClient& caller, RoomId room, FakeClient& callee) {
    ring(caller, room, callee);
    proto::JoinRoom answer;
    answer.set_id(static_cast<std::uint64_t>(room.value));
    callee.request(answer).as<proto::JoinRoomResponse>();
}

Received ScenarioTest::rejoin(FakeClient& client, RoomId room) {
    proto::RejoinRoom request;
    request.set_id(static_cast<std::uint64_t>(room.value));
    return client.request(request);
}

std::uint64_t ScenarioTest::share(FakeClient& host, RoomId room) {
    proto::ShareProject request;
    request.set_room_id(static_cast<std::uint64_t>(room.value));
    auto& worktree = *request.add_worktrees();
    worktree.set_id(1);
    worktree.set_root_name("root");
    worktree.set_visible(true);
    worktree.set_abs_path("/root");
    return host.request(request).as<proto::ShareProjectResponse>().project_id();
}

std::uint64_t ScenarioTest::create_channel(FakeClient& client, const std::string& name) {
    proto::CreateChannel request;
    request.set_name(name);
    return client.request(request).as<proto::CreateChannelResponse>().channel().id();
}

proto::JoinChannelBufferResponse ScenarioTest::open_note(FakeClient& client,
                                                         std::uint64_t channel) {
    proto::JoinChannelBuffer request;
    request.set_channel_id(channel);
    return client.request(request).as<proto::JoinChannelBufferResponse>();
}

Received ScenarioTest::edit_note(FakeClient& client, std::uint64_t channel, std::uint32_t replica,
                                 std::uint32_t lamport, const std::string& text) {
    proto::UpdateChannelBuffer update;
    update.set_channel_id(channel);
    auto& edit = *update.add_operations()->mutable_edit();
    edit.set_replica_id(replica);
    edit.set_lamport_timestamp(lamport);
    auto& range = *edit.add_ranges();
    range.set_start(0);
    range.set_end(0);
    edit.add_new_text(text);
    client.send(update);
    return client.request(proto::Ping());  // answered once the edit has taken effect
}

std::set<UserId> ScenarioTest::people_in(RoomId room) {
    std::set<UserId> found;
    const auto rows = world().sql(
        "SELECT user_id FROM room_participants WHERE room_id = $1 AND "
        "answering_connection_id IS NOT NULL",
        {room});
    for (std::size_t i = 0; i < rows.size(); ++i) found.insert(rows[i].id<UserId>(0));
    return found;
}

std::optional<proto::Contact> ScenarioTest::seen_by(FakeClient& watcher,
                                                    const FakeClient& watched) {
    std::optional<proto::Contact> last;
    for (const auto& update : watcher.received<proto::UpdateContacts>()) {
        for (const auto& contact : update.contacts()) {
            if (contact.user_id() == static_cast<std::uint64_t>(watched.user.value)) last = contact;
        }
    }
    return last;
}

void ScenarioTest::expect_index_equals_rows(ServerProcess& process) {
    EXPECT_EQ(index_text(process.core().live().index), rows_text(world()));
}

}  // namespace collab::test
