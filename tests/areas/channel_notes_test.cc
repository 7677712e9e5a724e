// SPDX-License-Identifier: Apache-2.0
// Who has notes open: joining, leaving, coming back, and what others hear of it.

#include <map>

#include "areas/channels/channel_watch.h"
#include "areas/notes_world.h"

namespace collab::notes {
namespace {

class ChannelNotes : public NotesTest {};
COLLAB_DATABASE_SUITE(ChannelNotes);

TEST_P(ChannelNotes, BeginEmptyWithReplicaEight) {
    auto& ada = given("ada");
    const auto joined = join(ada);
    EXPECT_GT(joined.buffer_id(), 0u);
    EXPECT_EQ(joined.replica_id(), 8u);
    EXPECT_EQ(joined.base_text(), "");
    EXPECT_EQ(joined.epoch(), 0u);
    ASSERT_EQ(joined.collaborators_size(), 1);
    EXPECT_EQ(joined.collaborators(0).peer_id().id(), ada.peer.connection);
}

TEST_P(ChannelNotes, GiveTheSmallestFreeReplicaAndTellTheOthers) {
    auto& ada = given("ada");
    auto& bea = given("bea");
    auto& cem = given("cem");
    join(ada);
    EXPECT_EQ(join(bea).replica_id(), 9u);
    leave(ada);
    ada.forget();
    EXPECT_EQ(join(cem).replica_id(), 8u);
    const auto told = bea.received<proto::UpdateChannelBufferCollaborators>();
    ASSERT_EQ(told.size(), 2u);
    EXPECT_EQ(told[0].collaborators_size(), 1);
    EXPECT_EQ(told[1].collaborators_size(), 2);
    EXPECT_TRUE(ada.received<proto::UpdateChannelBufferCollaborators>().empty());
}

TEST_P(ChannelNotes, AreForThoseWithARoleOnly) {
    auto& banned = given("banned", rpc::Role::banned);
    auto& guest = given("guest", rpc::Role::guest);  // the channel is not public
    auto& stranger = world->connect(world->user("stranger"));
    for (auto* client : {&banned, &guest, &stranger}) {
        proto::JoinChannelBuffer request;
        request.set_channel_id(number(channel));
        EXPECT_TRUE(client->request(request).is_error());
        request.set_channel_id(999);
        EXPECT_EQ(client->request(request).envelope.error().code(), proto::NoSuchChannel);
    }
    EXPECT_EQ(count("buffers"), 0);
}

TEST_P(ChannelNotes, RefuseToBeOpenedTwiceOnOneConnection) {
    auto& ada = given("ada");
    join(ada);
    proto::JoinChannelBuffer request;
    request.set_channel_id(number(channel));
    EXPECT_TRUE(ada.request(request).is_error());
    EXPECT_FALSE(leave(ada).is_error());
    EXPECT_TRUE(leave(ada).is_error());
}

TEST_P(ChannelNotes, GiveAJoinerWhatWasWrittenAndCountItAsSeen) {
    auto& ada = given("ada");
    auto& bea = given("bea");
    join(ada);
    send(ada, {edit(8, 1, {}, 0, 0, "one"), edit(8, 2, {{8, 1}}, 3, 3, " two")});
    const auto joined = join(bea);
    ASSERT_EQ(joined.operations_size(), 2);
    EXPECT_EQ(joined.operations(1).edit().new_text(0), " two");
    EXPECT_EQ(joined.operations(1).edit().version(0).timestamp(), 1u);
    const auto seen = world->sql(
        "SELECT lamport_timestamp, replica_id FROM observed_buffer_edits "
        "WHERE user_id = $1",
        {bea.user});
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].integer(0), 2);
    EXPECT_EQ(seen[0].integer(1), 8);
}

TEST_P(ChannelNotes, CollapseWhenTheLastOneLeaves) {
    auto& ada = given("ada");
    auto& bea = given("bea");
    join(ada);
    join(bea);
    send(ada, {edit(8, 1, {}, 0, 0, "hello")});
    leave(ada);
    EXPECT_EQ(count("buffer_snapshots"), 1);
    leave(bea);
    const auto again = join(ada);
    EXPECT_EQ(again.epoch(), 1u);
    EXPECT_EQ(again.base_text(), "hello");
    EXPECT_EQ(again.operations_size(), 0);
    send(ada, {edit(8, 2, {{0, 1}}, 5, 5, "!")});
    EXPECT_EQ(collapsed_text(ada), "hello!");
    EXPECT_EQ(collapsed_text(ada), "hello!");
    EXPECT_EQ(join(bea).epoch(), 2u);  // nothing new was written since
}

TEST_P(ChannelNotes, KeepEverythingButZeroBytesInTheBaseText) {
    auto& ada = given("ada");
    join(ada);
    send(ada, {edit(8, 1, {}, 0, 0, std::string("a\0b", 3))});
    EXPECT_EQ(collapsed_text(ada),
              "a\xef\xbf\xbd"
              "b");
}

TEST_P(ChannelNotes, KeepAPlaceForALostConnectionAndThenGiveItUp) {
    auto& ada = given("ada");
    auto& bea = given("bea");
    join(ada);
    join(bea);
    send(ada, {edit(8, 1, {}, 0, 0, "x")});
    world->disconnect(ada);
    on_writer([&](rpc::Call& call) { return mark_connection_lost(call, ada.peer); });
    EXPECT_EQ(count("channel_buffer_collaborators"), 2);
    bea.forget();
    on_writer([&](rpc::Call& call) { return leave_all(call, ada.peer); });
    ASSERT_EQ(bea.received<proto::UpdateChannelBufferCollaborators>().size(), 1u);
    on_writer([&](rpc::Call& call) { return leave_all(call, bea.peer); });
    EXPECT_EQ(world->sql("SELECT text FROM buffer_snapshots WHERE epoch = 1")[0].text(0), "x");
}

TEST_P(ChannelNotes, LetAReconnectedClientGoOnWithWhatItMissed) {
    auto& ada = given("ada");
    auto& bea = given("bea");
    join(ada);
    join(bea);
    const auto first = edit(8, 1, {}, 0, 0, "1");
    send(ada, {first});
    world->disconnect(ada);
    on_writer([&](rpc::Call& call) { return mark_connection_lost(call, ada.peer); });
    send(bea, {edit(9, 2, {{8, 1}}, 0, 0, "0")});
    bea.forget();

    auto& back = world->connect(ada.user);
    proto::RejoinChannelBuffers request;
    auto* buffer = request.add_buffers();
    buffer->set_channel_id(number(channel));
    auto* seen = buffer->add_version();
    seen->set_replica_id(8);
    seen->set_timestamp(2);  // it wrote (8, 2) while it was away
    const auto response = back.request(request).as<proto::RejoinChannelBuffersResponse>();
    ASSERT_EQ(response.buffers_size(), 1);
    const auto& rejoined = response.buffers(0);
    ASSERT_EQ(rejoined.operations_size(), 1);
    EXPECT_EQ(rejoined.operations(0).edit().new_text(0), "0");
    ASSERT_EQ(rejoined.version_size(), 2);
    EXPECT_EQ(rejoined.version(0).timestamp(), 1u);
    EXPECT_EQ(rejoined.collaborators(0).peer_id().id(), back.peer.connection);
    EXPECT_EQ(rejoined.collaborators(0).replica_id(), 8u);
    const auto told = bea.received<proto::UpdateChannelBufferCollaborators>();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].collaborators(0).peer_id().id(), back.peer.connection);

    on_writer([&](rpc::Call& call) { return leave_all(call, ada.peer); });  // too late to matter
    send(back, {edit(8, 2, {{8, 1}}, 1, 1, "2")});
    EXPECT_EQ(relayed(bea).size(), 1u);
    leave(bea);
    EXPECT_EQ(collapsed_text(back), "012");
}

TEST_P(ChannelNotes, GiveBackTheNewestPlaceOfWhoHasSeveral) {
    auto& ada = given("ada");
    auto& again = world->connect(ada.user);
    auto& elsewhere = world->connect(ada.user);
    join(ada);
    EXPECT_EQ(join(again).replica_id(), 9u);
    join(elsewhere);  // and stays there
    for (auto* client : {&ada, &again}) {
        world->disconnect(*client);
        on_writer([&](rpc::Call& call) { return mark_connection_lost(call, client->peer); });
    }
    auto& back = world->connect(ada.user);
    proto::RejoinChannelBuffers request;
    request.add_buffers()->set_channel_id(number(channel));
    const auto response = back.request(request).as<proto::RejoinChannelBuffersResponse>();
    ASSERT_EQ(response.buffers_size(), 1);
    std::map<std::uint32_t, std::uint32_t> replicas;  // by connection
    for (const auto& each : response.buffers(0).collaborators()) {
        replicas[each.peer_id().id()] = each.replica_id();
    }
    EXPECT_EQ(replicas, (std::map<std::uint32_t, std::uint32_t>{{ada.peer.connection, 8},
                                                                {back.peer.connection, 9},
                                                                {elsewhere.peer.connection, 10}}));
}

// Each window has seen what it wrote itself; the places come back in the other order.
TEST_P(ChannelNotes, GiveEachWindowOfAUserItsOwnPlace) {
    auto& first = given("ada");
    auto& second = world->connect(first.user);
    join(first);
    join(second);
    send(first, {edit(8, 1, {}, 0, 0, "1")});
    send(second, {edit(9, 2, {{8, 1}}, 0, 0, "2")});
    send(first, {edit(8, 3, {{8, 1}, {9, 2}}, 0, 0, "3")});
    for (auto* client : {&first, &second}) {
        world->disconnect(*client);
        on_writer([&](rpc::Call& call) { return mark_connection_lost(call, client->peer); });
    }
    const auto replica_of = [&](Seen seen) {
        auto& back = world->connect(first.user);
        proto::RejoinChannelBuffers request;
        auto& buffer = *request.add_buffers();
        buffer.set_channel_id(number(channel));
        for (const auto& [replica, at] : seen) {
            auto& entry = *buffer.add_version();
            entry.set_replica_id(replica);
            entry.set_timestamp(at);
        }
        const auto response = back.request(request).as<proto::RejoinChannelBuffersResponse>();
        if (response.buffers_size() == 0) return 0u;
        for (const auto& each : response.buffers(0).collaborators()) {
            if (each.peer_id().id() == back.peer.connection) return each.replica_id();
        }
        return 0u;
    };
    EXPECT_EQ(replica_of({{8, 1}}), 0u);  // neither wrote only that
    EXPECT_EQ(replica_of({{8, 3}, {9, 2}}), 9u);
    EXPECT_EQ(replica_of({{8, 4}, {9, 2}}), 8u);
    EXPECT_EQ(count("channel_buffer_collaborators"), 2);
}

// Both windows had seen the same, so the first that comes back gets the place of the other; what it
// writes tells which it is.
TEST_P(ChannelNotes, LearnFromAnEditWhichWindowItIs) {
    auto& first = given("ada");
    auto& second = world->connect(first.user);
    auto& bea = given("bea");
    join(first);
    join(second);
    EXPECT_EQ(join(bea).replica_id(), 10u);
    for (auto* client : {&first, &second}) {
        world->disconnect(*client);
        on_writer([&](rpc::Call& call) { return mark_connection_lost(call, client->peer); });
    }
    const auto come_back = [&](Seen seen) -> test::FakeClient& {
        auto& back = world->connect(first.user);
        proto::RejoinChannelBuffers request;
        auto& buffer = *request.add_buffers();
        buffer.set_channel_id(number(channel));
        for (const auto& [replica, at] : seen) {
            auto& entry = *buffer.add_version();
            entry.set_replica_id(replica);
            entry.set_timestamp(at);
        }
        const auto response = back.request(request).as<proto::RejoinChannelBuffersResponse>();
        EXPECT_EQ(response.buffers_size(), 1);
        return back;
    };
    const auto replica_of = [&](const test::FakeClient& client) {
        return world
            ->sql("SELECT replica_id FROM channel_buffer_collaborators WHERE connection_id = $1",
                  {std::int64_t{client.peer.connection}})[0]
            .integer(0);
    };
    auto& first_again = come_back({});
    EXPECT_EQ(replica_of(first_again), 9);
    bea.forget();
    send(first_again, {edit(8, 1, {}, 0, 0, "x")});
    EXPECT_EQ(replica_of(first_again), 8);
    EXPECT_EQ(bea.received<proto::UpdateChannelBufferCollaborators>().size(), 1u);
    auto& second_again = come_back({});
    EXPECT_EQ(replica_of(second_again), 9);
    send(second_again, {edit(9, 2, {{8, 1}}, 0, 0, "y")});
    send(first_again, {edit(8, 3, {{8, 1}, {9, 2}}, 0, 0, "z")});
    EXPECT_EQ(relayed(bea).size(), 3u);
}

// Until they have shown which they are, nobody else gets one of their replica ids.
TEST_P(ChannelNotes, KeepTheReplicaIdsOfWindowsThatMayHaveBeenExchanged) {
    auto& first = given("ada");
    auto& second = world->connect(first.user);
    auto& bea = given("bea");
    join(first);
    join(second);
    std::vector<test::FakeClient*> again;
    for (auto* client : {&first, &second}) {
        world->disconnect(*client);
        on_writer([&](rpc::Call& call) { return mark_connection_lost(call, client->peer); });
    }
    for (int i = 0; i < 2; ++i) {
        again.push_back(&world->connect(first.user));
        proto::RejoinChannelBuffers request;
        request.add_buffers()->set_channel_id(number(channel));
        again.back()->request(request);
    }
    leave(*again.back());
    EXPECT_EQ(join(bea).replica_id(), 10u);
    send(*again.front(), {edit(8, 1, {}, 0, 0, "x")});  // it had been the first
    EXPECT_EQ(relayed(bea).size(), 1u);
}

TEST_P(ChannelNotes, LeaveOutOfARejoinWhatCannotGoOn) {
    auto& ada = given("ada");
    auto& bea = given("bea");
    join(ada);
    proto::RejoinChannelBuffers request;
    request.add_buffers()->set_channel_id(999);
    auto* other_epoch = request.add_buffers();
    other_epoch->set_channel_id(number(channel));
    other_epoch->set_epoch(7);
    EXPECT_EQ(ada.request(request).as<proto::RejoinChannelBuffersResponse>().buffers_size(), 0);
    request.mutable_buffers(1)->set_epoch(0);
    *request.add_buffers() = request.buffers(1);  // counts once
    EXPECT_EQ(bea.request(request).as<proto::RejoinChannelBuffersResponse>().buffers_size(), 0);
    EXPECT_EQ(ada.request(request).as<proto::RejoinChannelBuffersResponse>().buffers_size(), 1);
}

TEST_P(ChannelNotes, ForgetWhomARightWasTakenFromAndDeadServers) {
    auto& ada = given("ada");
    auto& bea = given("bea");
    join(ada);
    join(bea);
    ada.forget();
    on_writer([&](rpc::Call& call) {
        return finish_eviction(call, channel, send_eviction(call, channel, {bea.user}));
    });
    ASSERT_EQ(ada.received<proto::UpdateChannelBufferCollaborators>().size(), 1u);
    EXPECT_EQ(ada.received<proto::UpdateChannelBufferCollaborators>()[0].collaborators_size(), 1);
    send(ada, {edit(8, 1, {}, 0, 0, "x")});
    on_writer([&](rpc::Call& call) { return sweep(call, {ServerId{ada.peer.server}}); });
    EXPECT_EQ(count("channel_buffer_collaborators"), 0);
    EXPECT_EQ(join(bea).epoch(), 0u);  // no snapshot: the epoch goes on
}

TEST_P(ChannelNotes, TellThoseWhoDoNotHaveThemOpenAtMostOnceASecond) {
    auto& ada = given("ada");
    auto& bea = given("bea");
    auto& guest = given("guest", rpc::Role::guest);
    join(ada);
    for (std::uint32_t at = 1; at <= 5; ++at) send(ada, {edit(8, at, {{8, at - 1}}, 0, 0, "x")});
    send(ada, {selection(8, 9)});
    EXPECT_EQ(bea.received<proto::UpdateChannels>().size(), 1u);
    world->executor.advance(std::chrono::seconds(10));
    const auto told = bea.received<proto::UpdateChannels>();
    ASSERT_EQ(told.size(), 2u);
    const auto& latest = told[1].latest_channel_buffer_versions(0);
    ASSERT_EQ(latest.version_size(), 1);
    EXPECT_EQ(latest.version(0).timestamp(), 5u);
    EXPECT_TRUE(ada.received<proto::UpdateChannels>().empty());
    EXPECT_TRUE(guest.received<proto::UpdateChannels>().empty());
}

TEST_P(ChannelNotes, TellNobodyLaterWhoMayNotSeeThemAnyMore) {
    world->sql("UPDATE channels SET visibility = 'public'");
    auto& ada = given("ada");
    auto& bea = given("bea");
    auto& guest = given("guest", rpc::Role::guest);
    join(ada);
    const auto becomes = [&](std::optional<rpc::Visibility> visibility) {
        on_writer([&, visibility](rpc::Call& call) {
            call.outbox.effect([id = channel, visibility](rpc::Live& live) {
                live.state<channels::ChannelWatch>().changed(id, visibility);
            });
            return ok();
        });
    };
    for (std::uint32_t at = 1; at <= 2; ++at) send(ada, {edit(8, at, {{8, at - 1}}, 0, 0, "x")});
    becomes(rpc::Visibility::members);
    world->executor.advance(std::chrono::milliseconds(1'500));
    EXPECT_EQ(guest.received<proto::UpdateChannels>().size(), 1u);
    EXPECT_EQ(bea.received<proto::UpdateChannels>().size(), 2u);
    send(ada, {edit(8, 3, {{8, 2}}, 0, 0, "x")});
    becomes({});  // deleted
    world->executor.advance(std::chrono::seconds(10));
    EXPECT_EQ(bea.received<proto::UpdateChannels>().size(), 2u);
}

TEST_P(ChannelNotes, RememberWhatSomebodyHasSeenButNotWhatNobodyCan) {
    auto& ada = given("ada");
    auto& bea = given("bea");
    auto& stranger = world->connect(world->user("stranger"));
    const auto buffer = join(ada).buffer_id();
    send(ada, {edit(8, 1, {}, 0, 0, "1"), edit(8, 2, {{8, 1}}, 0, 0, "2")});
    const auto ack = [&](std::uint64_t epoch, std::uint32_t timestamp) {
        proto::AckBufferOperation message;
        message.set_buffer_id(buffer);
        message.set_epoch(epoch);
        auto* entry = message.add_version();
        entry->set_replica_id(8);
        entry->set_timestamp(timestamp);
        return message;
    };
    for (const auto& message : {ack(0, 2), ack(0, 1), ack(3, 1)}) bea.send(message);
    stranger.send(ack(0, 1));
    const auto seen = world->sql(
        "SELECT user_id, epoch, lamport_timestamp FROM observed_buffer_edits "
        "ORDER BY user_id");
    ASSERT_EQ(seen.size(), 2u);
    EXPECT_EQ(seen[1].integer(0), bea.user.value);
    EXPECT_EQ(seen[1].integer(1), 0);
    EXPECT_EQ(seen[1].integer(2), 2);
    const auto latest = world->sql("SELECT latest_operation_lamport_timestamp FROM buffers");
    EXPECT_EQ(latest[0].integer(0), 2);
}

}  // namespace
}  // namespace collab::notes
