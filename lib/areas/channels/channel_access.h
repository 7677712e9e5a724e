// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a user may do in a channel (spec 2, sections 1 and 6.2), and who is let in (6.7). Being an
// administrator of the server gives no role in any channel.

#include <optional>

#include "areas/channels/channel_queries.h"
#include "rpc/call.h"

namespace collab::channels {

// A channel together with the user's row at its root, in one round trip.
struct Access {
    Channel channel;
    std::optional<Membership> membership;  // an invitation, too

    // That of an accepted membership, if it can see the channel.
    std::optional<rpc::Role> role() const;
};
// Error no_such_channel when there is none.
Result<Access> load_access(db::Tx& tx, ChannelId id, UserId user);
// Starts that query; receive_access() takes its row.
db::Ticket send_access(db::Tx& tx, ChannelId id, UserId user);
Result<Access> receive_access(db::Tx& tx, db::Ticket ticket, UserId user);
// The same of the channel of a room, and for whom a missing channel is no error.
db::Ticket send_access_of_room(db::Tx& tx, RoomId room, UserId user);
Result<std::optional<Access>> receive_access_if_any(db::Tx& tx, db::Ticket ticket, UserId user);
// The channel, or the error of load_access() or require_admin().
Result<Channel> load_as_admin(db::Tx& tx, ChannelId id, UserId user);

// Error denied: the user is no admin; neither admin nor member; has no role at all.
Status require_admin(const Access& access);
Status require_member(const Access& access);
Status require_participant(const Access& access);

struct Admission {
    rpc::Role role;
    bool membership_changed = false;  // post_membership_updated() is due, after the answer
};

// Lets the caller, whose access it is, into the channel's call: by his role; else by accepting the
// invitation to the root if its role can see the channel (the notification is marked as answered
// and posted); else, where the channel is public, as a new guest. Error forbidden: none of these;
// banned.
Result<Admission> admit(rpc::Call& call, const Access& access);

}  // namespace collab::channels
