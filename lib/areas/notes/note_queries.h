// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows of channel notes and of those who have them open. No protobuf, no rights.

#include <optional>
#include <vector>

#include "db/tx.h"

namespace collab::notes {

// Somebody who has the notes of a channel open, on one connection.
struct Collaborator {
    PeerId peer;
    UserId user;
    std::uint32_t replica = 0;
};

// In the order in which they joined.
Result<std::vector<Collaborator>> list_collaborators(db::Tx& tx, ChannelId channel);

Status mark_collaborators_lost(db::Tx& tx, PeerId peer);

// Whose rows remove_…() removed, by channel.
struct Removed {
    ChannelId channel;
    PeerId peer;
};
Result<std::vector<Removed>> remove_connection(db::Tx& tx, PeerId peer);
Result<std::vector<Removed>> remove_users(db::Tx& tx, ChannelId channel,
                                          const std::vector<UserId>& users);
Result<std::vector<Removed>> remove_servers(db::Tx& tx, const std::vector<ServerId>& servers);

}  // namespace collab::notes
