// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/note_queries.h"

namespace collab::notes {
namespace {

constexpr std::string_view kListCollaborators =
    "SELECT connection_server_id, connection_id, user_id, replica_id "
    "FROM channel_buffer_collaborators WHERE channel_id = $1 ORDER BY id";
constexpr std::string_view kMarkLost =
    "UPDATE channel_buffer_collaborators SET connection_lost = TRUE "
    "WHERE connection_server_id = $1 AND connection_id = $2";
constexpr std::string_view kRemoveConnection =
    "DELETE FROM channel_buffer_collaborators "
    "WHERE connection_server_id = $1 AND connection_id = $2 "
    "RETURNING channel_id, connection_server_id, connection_id";
constexpr std::string_view kRemoveUsers =
    "DELETE FROM channel_buffer_collaborators WHERE channel_id = $1 AND user_id IN IDS($2) "
    "RETURNING channel_id, connection_server_id, connection_id";
constexpr std::string_view kRemoveServers =
    "DELETE FROM channel_buffer_collaborators WHERE connection_server_id IN IDS($1) "
    "RETURNING channel_id, connection_server_id, connection_id";

PeerId peer_of(const db::Row& row, int column) {
    return {static_cast<std::uint32_t>(row.integer(column)),
            static_cast<std::uint32_t>(row.integer(column + 1))};
}

Removed removed_of(const db::Row& row) { return {row.id<ChannelId>(0), peer_of(row, 1)}; }

template <class Id>
std::vector<std::int64_t> numbers_of(const std::vector<Id>& ids) {
    std::vector<std::int64_t> numbers;
    for (const auto id : ids) numbers.push_back(id.value);
    return numbers;
}

}  // namespace

Result<std::vector<Collaborator>> list_collaborators(db::Tx& tx, ChannelId channel) {
    return tx.list(kListCollaborators, {channel}, [](const db::Row& row) {
        return Collaborator{peer_of(row, 0), row.id<UserId>(2),
                            static_cast<std::uint32_t>(row.integer(3))};
    });
}

Status mark_collaborators_lost(db::Tx& tx, PeerId peer) {
    return tx.run(kMarkLost, {peer.server, peer.connection});
}

Result<std::vector<Removed>> remove_connection(db::Tx& tx, PeerId peer) {
    return tx.list(kRemoveConnection, {peer.server, peer.connection}, removed_of);
}

Result<std::vector<Removed>> remove_users(db::Tx& tx, ChannelId channel,
                                          const std::vector<UserId>& users) {
    return tx.list(kRemoveUsers, {channel, numbers_of(users)}, removed_of);
}

Result<std::vector<Removed>> remove_servers(db::Tx& tx, const std::vector<ServerId>& servers) {
    return tx.list(kRemoveServers, {numbers_of(servers)}, removed_of);
}

}  // namespace collab::notes
