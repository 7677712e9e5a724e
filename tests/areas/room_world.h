// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the stories about rooms and following start from: people who know each other, channels,
// calls and shared projects, on both databases.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "areas/rooms/media_server.h"
#include "areas/rooms/room_updates.h"
#include "proto/channels.pb.h"
#include "proto/contacts.pb.h"
#include "proto/core.pb.h"
#include "proto/projects.pb.h"
#include "proto/rooms.pb.h"
#include "support/rpc_world.h"

namespace collab::test {

// Writes down what it is asked for.
class MediaServerLog final : public rooms::MediaServer {
public:
    void remove_participant(const std::string& room, UserId user) const override {
        lines.push_back("remove " + std::to_string(user.value) + " from " + room);
    }
    void update_participant(const std::string& room, UserId user, bool can_publish) const override {
        lines.push_back((can_publish ? "unmute " : "mute ") + std::to_string(user.value) + " in " +
                        room);
    }
    void delete_room(const std::string& room) const override { lines.push_back("delete " + room); }

    mutable std::vector<std::string> lines;
};

class RoomWorldTest : public testing::TestWithParam<Engine> {
protected:
    void start(std::vector<rpc::Route> routes, rpc::Settings settings = {}) {
        if (const auto why = why_skipped(GetParam())) GTEST_SKIP() << *why;
        world_ = std::make_unique<RpcWorld>(GetParam(), std::move(routes), 1, std::move(settings));
        world_->services.provide<rooms::MediaServer>(media);
    }
    RpcWorld& world() { return *world_; }

    FakeClient& client(const std::string& name) { return world().connect(world().user(name)); }

    void make_contacts(const FakeClient& one, const FakeClient& other) {
        world().sql(
            "INSERT INTO contacts (user_id_a, user_id_b, a_to_b, should_notify, accepted) "
            "VALUES ($1, $2, TRUE, FALSE, TRUE)",
            {std::min(one.user, other.user), std::max(one.user, other.user)});
    }

    ChannelId make_channel(const std::string& name, const std::string& visibility = "members") {
        return {world()
                    .sql("INSERT INTO channels (name, visibility) VALUES ($1, $2) RETURNING id",
                         {name, visibility})[0]
                    .integer(0)};
    }
    void add_member(ChannelId channel, const FakeClient& user, const std::string& role) {
        world().sql(
            "INSERT INTO channel_members (channel_id, user_id, role, accepted) "
            "VALUES ($1, $2, $3, TRUE)",
            {channel, user.user, role});
    }

    RoomId create_room(FakeClient& client) {
        return {static_cast<std::int64_t>(
            client.request(proto::CreateRoom()).as<proto::CreateRoomResponse>().room().id())};
    }

    static proto::Call call_to(const FakeClient& called, RoomId room) {
        proto::Call call;
        call.set_room_id(static_cast<std::uint64_t>(room.value));
        call.set_called_user_id(static_cast<std::uint64_t>(called.user.value));
        return call;
    }
    static proto::JoinRoom join_of(RoomId room) {
        proto::JoinRoom join;
        join.set_id(static_cast<std::uint64_t>(room.value));
        return join;
    }
    static proto::JoinChannel join_of(ChannelId channel) {
        proto::JoinChannel join;
        join.set_channel_id(static_cast<std::uint64_t>(channel.value));
        return join;
    }
    // Rings at `called`, who acknowledges.
    void ring(FakeClient& caller, FakeClient& called, RoomId room) {
        const auto id = caller.send(call_to(called, room));
        const auto incoming = called.received_raw(wire::tag_of<proto::IncomingCall>());
        ASSERT_FALSE(incoming.empty());
        called.reply(incoming.back(), proto::Ack());
        ASSERT_FALSE(caller.answer_to(id).is_error());
    }
    // A room of the first with all the others in it.
    RoomId room_of(FakeClient& first, std::vector<FakeClient*> others) {
        const auto room = create_room(first);
        for (auto* other : others) {
            make_contacts(first, *other);
            ring(first, *other, room);
            EXPECT_FALSE(other->request(join_of(room)).is_error());
        }
        return room;
    }
    RoomId room_in(FakeClient& client, ChannelId channel) {
        return {static_cast<std::int64_t>(
            client.request(join_of(channel)).as<proto::JoinRoomResponse>().room().id())};
    }

    ProjectId share(FakeClient& host, RoomId room, const std::vector<FakeClient*>& guests) {
        const ProjectId project{
            world()
                .sql("INSERT INTO projects (room_id, host_user_id, host_connection_server_id, "
                     "host_connection_id) VALUES ($1, $2, $3, $4) RETURNING id",
                     {room, host.user, host.peer.server, host.peer.connection})[0]
                .integer(0)};
        world().sql(
            "INSERT INTO worktrees (project_id, id, root_name, visible, metadata) "
            "VALUES ($1, 1, 'one', TRUE, $2), ($1, 2, 'hidden', FALSE, $2)",
            {project, db::Blob{""}});
        add_collaborator(project, host, 0);
        int replica = 8;
        for (const auto* guest : guests) add_collaborator(project, *guest, replica++);
        refresh(host, room);
        return project;
    }
    void refresh(FakeClient& client, RoomId room) {
        write(client, [room](rpc::Call& call) -> Status {
            rooms::post_room_updated(call, room);
            return ok();
        });
    }

    // Runs `work` as the writer would for this client.
    void write(FakeClient& client, std::function<Status(rpc::Call&)> work) {
        auto caller = std::make_shared<rpc::Caller>();
        caller->user = client.user;
        caller->peer = client.peer;
        caller->base_url = "http://collab.example";
        bool done = false;
        world().writer->submit({db::Durability::must, caller, nullptr, std::move(work),
                                [&](Status status, rpc::Outbox outbox) {
                                    EXPECT_TRUE(status.ok()) << status.error().message;
                                    world().live->carry_out(outbox, [] {});
                                    done = true;
                                }});
        world().settle();
        EXPECT_TRUE(done);
    }

    // The newest RoomUpdated that the client got.
    static proto::Room room_at(FakeClient& client) {
        const auto updates = client.received<proto::RoomUpdated>();
        return updates.empty() ? proto::Room() : updates.back().room();
    }
    static std::vector<std::int64_t> users_of(const proto::Room& room) {
        std::vector<std::int64_t> users;
        for (const auto& each : room.participants()) {
            users.push_back(static_cast<std::int64_t>(each.user_id()));
        }
        return users;
    }
    static proto::ChannelRole role_in(const proto::Room& room, const FakeClient& client) {
        for (const auto& each : room.participants()) {
            if (each.user_id() == static_cast<std::uint64_t>(client.user.value)) return each.role();
        }
        ADD_FAILURE() << "not in the room";
        return proto::ChannelRole();
    }
    std::int64_t count(const std::string& table) {
        return world().sql("SELECT COUNT(*) FROM " + table)[0].integer(0);
    }

    MediaServerLog media;

private:
    void add_collaborator(ProjectId project, const FakeClient& client, int replica) {
        world().sql(
            "INSERT INTO project_collaborators (project_id, connection_server_id, connection_id, "
            "user_id, replica_id, is_host) VALUES ($1, $2, $3, $4, $5, $6)",
            {project, client.peer.server, client.peer.connection, client.user, replica,
             replica == 0});
    }

    std::unique_ptr<RpcWorld> world_;
};

}  // namespace collab::test
