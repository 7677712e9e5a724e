// SPDX-License-Identifier: Apache-2.0
#pragma once

// The channel area in a world of its own: real frames in, real SQL on both databases, and an
// evictor that writes down whom it was asked to take out of what.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "areas/channels/channel_access.h"
#include "areas/channels/channel_routes.h"
#include "areas/channels/evictor.h"
#include "areas/channels/membership_updates.h"
#include "areas/channels/subscriptions.h"
#include "proto/channels.pb.h"
#include "proto/rooms.pb.h"
#include "support/rpc_world.h"

namespace collab::channels {

// What an evictor was asked, in order, as "evict 3: 1 2" and "weaken 3: 2 guest".
class RecordingEvictor final : public Evictor {
public:
    Status evict(rpc::Call&, ChannelId channel, const std::vector<UserId>& users) const override {
        std::string line = "evict " + std::to_string(channel.value) + ":";
        for (const auto& user : users) line += " " + std::to_string(user.value);
        asked.push_back(line);
        return ok();
    }
    Status weaken(rpc::Call&, ChannelId channel, UserId user, rpc::Role role) const override {
        asked.push_back("weaken " + std::to_string(channel.value) + ": " +
                        std::to_string(user.value) + " " + std::string(rpc::to_text(role)));
        return ok();
    }
    mutable std::vector<std::string> asked;
};

// What rooms do with this area when somebody joins a channel's call, without the call.
inline Status join_channel(rpc::Call& call, const proto::JoinChannel& request) {
    COLLAB_TRY(
        const auto access,
        load_access(call.tx, {static_cast<std::int64_t>(request.channel_id())}, call.user()));
    COLLAB_TRY(const auto admission, admit(call, access));
    call.outbox.reply();
    if (admission.membership_changed) post_membership_updated(call, access.channel, call.user());
    post_channel_participants(call, access.channel);
    return ok();
}

class ChannelsTest : public testing::TestWithParam<test::Engine> {
protected:
    static constexpr int kAdmin = 0, kMember = 1, kGuest = 2, kBanned = 3, kTalker = 4;

    void SetUp() override {
        if (const auto reason = test::why_skipped(GetParam())) GTEST_SKIP() << *reason;
        auto table = routes();
        table.push_back(rpc::record<&join_channel>());
        world.emplace(GetParam(), std::move(table));
        world->services.provide<Evictor>(evictor);
        ada = &world->connect(world->user("ada"));
        bea = &world->connect(world->user("bea"));
        world->settle();
    }

    std::uint64_t create(test::FakeClient& client, const std::string& name,
                         std::optional<std::uint64_t> parent = {}) {
        proto::CreateChannel request;
        request.set_name(name);
        if (parent) request.set_parent_id(*parent);
        return client.request(request).as<proto::CreateChannelResponse>().channel().id();
    }
    test::Received invite(test::FakeClient& by, std::uint64_t channel, UserId user,
                          int role = kMember) {
        proto::InviteChannelMember request;
        request.set_channel_id(channel);
        request.set_user_id(static_cast<std::uint64_t>(user.value));
        request.set_role(static_cast<proto::ChannelRole>(role));
        return by.request(request);
    }
    test::Received respond(test::FakeClient& client, std::uint64_t channel, bool accept) {
        proto::RespondToChannelInvite request;
        request.set_channel_id(channel);
        request.set_accept(accept);
        return client.request(request);
    }
    // Makes `client` an accepted member and forgets what was sent for it.
    void add_member(std::uint64_t channel, test::FakeClient& client, int role = kMember) {
        EXPECT_FALSE(invite(*ada, channel, client.user, role).is_error());
        EXPECT_FALSE(respond(client, channel, true).is_error());
        ada->forget();
        client.forget();
    }
    test::Received join(test::FakeClient& client, std::uint64_t channel) {
        proto::JoinChannel request;
        request.set_channel_id(channel);
        return client.request(request);
    }
    test::Received set_visibility(std::uint64_t channel, int visibility) {
        proto::SetChannelVisibility request;
        request.set_channel_id(channel);
        request.set_visibility(static_cast<proto::ChannelVisibility>(visibility));
        return ada->request(request);
    }
    void make_public(std::uint64_t channel) { EXPECT_FALSE(set_visibility(channel, 0).is_error()); }
    test::Received set_role(test::FakeClient& by, std::uint64_t channel, UserId user, int role) {
        proto::SetChannelMemberRole request;
        request.set_channel_id(channel);
        request.set_user_id(static_cast<std::uint64_t>(user.value));
        request.set_role(static_cast<proto::ChannelRole>(role));
        return by.request(request);
    }
    test::Received remove(test::FakeClient& by, std::uint64_t channel, UserId user) {
        proto::RemoveChannelMember request;
        request.set_channel_id(channel);
        request.set_user_id(static_cast<std::uint64_t>(user.value));
        return by.request(request);
    }
    template <class Request>
    test::Received about(test::FakeClient& client, std::uint64_t channel, Request request = {}) {
        request.set_channel_id(channel);
        return client.request(request);
    }

    // Puts somebody into the channel's call by hand.
    void put_in_call(std::uint64_t channel, const test::FakeClient& client) {
        const auto id = static_cast<std::int64_t>(channel);
        world->sql(
            "INSERT INTO rooms (live_kit_room, channel_id) VALUES ('x', $1) "
            "ON CONFLICT (channel_id) DO NOTHING",
            {id});
        world->sql(
            "INSERT INTO room_participants (room_id, user_id, answering_connection_id, "
            "calling_user_id, calling_connection_id, role) "
            "SELECT id, $2, 1, $2, 1, 'member' FROM rooms WHERE channel_id = $1",
            {id, client.user});
    }

    static proto::Error error(const test::Received& answer) {
        EXPECT_TRUE(answer.is_error());
        return answer.envelope.error();
    }
    static bool acked(const test::Received& answer) {
        return answer.envelope.payload_case() == proto::Envelope::kAck;
    }
    static proto::UpdateChannels last_update(test::FakeClient& client) {
        const auto updates = client.received<proto::UpdateChannels>();
        EXPECT_FALSE(updates.empty());
        return updates.empty() ? proto::UpdateChannels() : updates.back();
    }
    static std::vector<std::uint64_t> ids(const proto::UpdateChannels& update) {
        std::vector<std::uint64_t> found;
        for (const auto& channel : update.channels()) found.push_back(channel.id());
        return found;
    }
    static std::uint64_t number(UserId user) { return static_cast<std::uint64_t>(user.value); }

    RecordingEvictor evictor;
    std::optional<test::RpcWorld> world;
    test::FakeClient* ada = nullptr;
    test::FakeClient* bea = nullptr;
};

}  // namespace collab::channels
