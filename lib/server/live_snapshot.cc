// SPDX-License-Identifier: Apache-2.0
#include "server/live_snapshot.h"

#include <map>
#include <nlohmann/json.hpp>

#include "areas/channels/subscriptions.h"

namespace collab::server {
namespace {

using Json = nlohmann::ordered_json;

Json describe(const rpc::Session& session) {
    const auto& caller = session.caller();
    return {{"connection_id", caller.peer.connection},
            {"user_id", caller.user.value},
            {"admin", caller.admin},
            {"zed_version", caller.version.text()},
            {"closing", session.closing()},
            {"queued_bytes", session.queued_bytes()},
            {"requests_in_flight", session.foreground_in_flight + session.background_in_flight},
            {"answers_owed", session.pendings.size()}};
}

}  // namespace

std::string live_snapshot_json(rpc::Live& live) {
    std::map<std::uint32_t, Json> connections;
    std::map<std::int64_t, Json> users;
    live.hub.for_each_session([&](const rpc::Session& session) {
        const auto connection = session.peer().connection;
        connections[connection] = describe(session);
        users[session.caller().user.value].push_back(connection);
    });
    std::map<std::int64_t, std::map<std::int64_t, std::string>> channels;
    live.state<channels::Subscriptions>().for_each(
        [&](ChannelId root, UserId user, rpc::Role role) {
            channels[root.value][user.value] = rpc::to_text(role);
        });
    Json snapshot = {{"server_id", live.hub.server()},
                     {"connections", Json::array()},
                     {"connected_users", Json::array()},
                     {"channel_subscriptions", Json::array()}};
    for (auto& [id, connection] : connections) snapshot["connections"].push_back(connection);
    for (auto& [id, ids] : users) {
        snapshot["connected_users"].push_back({{"user_id", id}, {"connection_ids", ids}});
    }
    for (const auto& [root, roles] : channels) {
        for (const auto& [user, role] : roles) {
            snapshot["channel_subscriptions"].push_back(
                {{"channel_id", root}, {"user_id", user}, {"role", role}});
        }
    }
    return snapshot.dump(2) + "\n";
}

}  // namespace collab::server
