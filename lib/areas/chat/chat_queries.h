// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows of channel chats and of who is in them. No protobuf, no rights.

#include <vector>

#include "db/tx.h"

namespace collab::chat {

// Of all channels.
Status delete_participants_of(db::Tx& tx, PeerId peer);
Status delete_participants_of(db::Tx& tx, const std::vector<ServerId>& servers);

}  // namespace collab::chat
