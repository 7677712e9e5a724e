// SPDX-License-Identifier: Apache-2.0
#pragma once

// Taking rights away acts at once: whoever may no longer see a channel leaves its call, notes and
// chat, whoever has a weaker role keeps no more than that in its call (spec 2, 6.6, the last
// paragraphs). Each asks the Evictor, which may close connections: post everything that people
// shall still get, and place the answer, before.

#include <optional>

#include "areas/channels/channel_queries.h"
#include "rpc/call.h"

namespace collab::channels {

// The channel in which and below which these people are is about to be deleted.
Status evict_everybody(rpc::Call& call, const std::vector<Presence>& presences);

// The channel has its visibility now: of these people, members of its tree whose role cannot see it
// have to go, and nobody who could not enter is called into it any more.
Status evict_who_cannot_see(rpc::Call& call, const Channel& channel,
                            const std::vector<Presence>& presences);

// The role of the user whose presences in the tree these are was `before` and is `after`; nothing:
// none any more.
Status revoke(rpc::Call& call, const std::vector<Presence>& presences, rpc::Role before,
              std::optional<rpc::Role> after);

// The same of a user who is no member: `invited_as` is the role of his invitation now; nothing:
// there is none any more.
Status revoke_invitation(rpc::Call& call, const std::vector<Presence>& presences,
                         std::optional<rpc::Role> invited_as);

}  // namespace collab::channels
