// SPDX-License-Identifier: Apache-2.0
#include "areas/chat/chat_queries.h"

namespace collab::chat {
namespace {

constexpr std::string_view kDeleteOfPeer =
    "DELETE FROM channel_chat_participants "
    "WHERE connection_server_id = $1 AND connection_id = $2";
constexpr std::string_view kDeleteOfServers =
    "DELETE FROM channel_chat_participants WHERE connection_server_id IN IDS($1)";

}  // namespace

Status delete_participants_of(db::Tx& tx, PeerId peer) {
    return tx.run(kDeleteOfPeer, {peer.server, peer.connection});
}

Status delete_participants_of(db::Tx& tx, const std::vector<ServerId>& servers) {
    std::vector<std::int64_t> ids;
    for (const auto server : servers) ids.push_back(server.value);
    return tx.run(kDeleteOfServers, {ids});
}

}  // namespace collab::chat
