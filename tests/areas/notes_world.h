// SPDX-License-Identifier: Apache-2.0
#pragma once

// What tests of channel notes stand on: a world with one channel whose notes people open, and short
// ways to write operations.

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "areas/channels/subscriptions.h"
#include "areas/notes/lifecycle.h"
#include "areas/notes/note_routes.h"
#include "areas/notes/open_notes.h"
#include "support/rpc_world.h"

namespace collab::notes {

class NotesTest : public testing::TestWithParam<test::Engine> {
protected:
    void SetUp() override {
        if (const auto why = test::why_skipped(GetParam())) GTEST_SKIP() << *why;
        world.emplace(GetParam(), routes());
        world->services.provide<OpenNotes>(open_notes);
        channel = given_channel("notes", "members");
    }

    ChannelId given_channel(const std::string& name, const std::string& visibility) {
        return {world
                    ->sql("INSERT INTO channels (name, visibility) VALUES ($1, $2) RETURNING id",
                          {name, visibility})[0]
                    .integer(0)};
    }
    // A new user with a role in the channel, connected and told about it.
    test::FakeClient& given(const std::string& name, rpc::Role role = rpc::Role::member) {
        const auto user = world->user(name);
        world->sql(
            "INSERT INTO channel_members (channel_id, user_id, role, accepted) "
            "VALUES ($1, $2, $3, TRUE)",
            {channel, user, rpc::to_text(role)});
        world->live->state<channels::Subscriptions>().put(user, channel, role);
        return world->connect(user);
    }

    proto::JoinChannelBufferResponse join(test::FakeClient& client) {
        proto::JoinChannelBuffer request;
        request.set_channel_id(number(channel));
        return client.request(request).as<proto::JoinChannelBufferResponse>();
    }
    test::Received leave(test::FakeClient& client) {
        proto::LeaveChannelBuffer request;
        request.set_channel_id(number(channel));
        return client.request(request);
    }
    // What a new collaborator finds once all have left.
    std::string collapsed_text(test::FakeClient& client) {
        leave(client);
        const auto joined = join(client);
        EXPECT_EQ(joined.operations_size(), 0);
        return joined.base_text();
    }

    proto::UpdateChannelBuffer update(const std::vector<proto::Operation>& operations) {
        proto::UpdateChannelBuffer message;
        message.set_channel_id(number(channel));
        for (const auto& each : operations) *message.add_operations() = each;
        return message;
    }
    void send(test::FakeClient& client, const std::vector<proto::Operation>& operations) {
        client.send(update(operations));
    }
    // All operations that reached the client in UpdateChannelBuffer messages.
    std::vector<proto::Operation> relayed(test::FakeClient& client) {
        std::vector<proto::Operation> all;
        for (const auto& message : client.received<proto::UpdateChannelBuffer>()) {
            all.insert(all.end(), message.operations().begin(), message.operations().end());
        }
        return all;
    }
    // Runs a clean-up step as the server does.
    void on_writer(std::function<Status(rpc::Call&)> work) {
        Status status;
        world->writer->submit({db::Durability::must, nullptr, nullptr, std::move(work),
                               [&](Status result, rpc::Outbox outbox) {
                                   status = std::move(result);
                                   world->live->carry_out(outbox, [] {});
                               }});
        world->settle();
        EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
    }
    std::int64_t count(std::string_view from_where) {
        return world->sql("SELECT COUNT(*) FROM " + std::string(from_where))[0].integer(0);
    }

    static std::uint64_t number(ChannelId id) { return static_cast<std::uint64_t>(id.value); }

    using Seen = std::initializer_list<std::pair<std::uint32_t, std::uint32_t>>;  // replica, time

    static proto::Operation edit(std::uint32_t replica, std::uint32_t timestamp, Seen seen,
                                 std::uint64_t start, std::uint64_t end, const std::string& text) {
        proto::Operation operation;
        auto* edit = operation.mutable_edit();
        edit->set_replica_id(replica);
        edit->set_lamport_timestamp(timestamp);
        for (const auto& [by, at] : seen) {
            auto* entry = edit->add_version();
            entry->set_replica_id(by);
            entry->set_timestamp(at);
        }
        auto* range = edit->add_ranges();
        range->set_start(start);
        range->set_end(end);
        edit->add_new_text(text);
        return operation;
    }
    static proto::Operation undo(std::uint32_t replica, std::uint32_t timestamp, Seen seen,
                                 std::uint32_t edit_replica, std::uint32_t edit_timestamp) {
        proto::Operation operation;
        auto* undo = operation.mutable_undo();
        undo->set_replica_id(replica);
        undo->set_lamport_timestamp(timestamp);
        for (const auto& [by, at] : seen) {
            auto* entry = undo->add_version();
            entry->set_replica_id(by);
            entry->set_timestamp(at);
        }
        auto* count = undo->add_counts();
        count->set_replica_id(edit_replica);
        count->set_lamport_timestamp(edit_timestamp);
        count->set_count(1);
        return operation;
    }
    static proto::Operation selection(std::uint32_t replica, std::uint32_t timestamp) {
        proto::Operation operation;
        operation.mutable_update_selections()->set_replica_id(replica);
        operation.mutable_update_selections()->set_lamport_timestamp(timestamp);
        return operation;
    }

    OpenNotes open_notes;
    std::optional<test::RpcWorld> world;
    ChannelId channel;
};

}  // namespace collab::notes
