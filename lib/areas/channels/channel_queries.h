// SPDX-License-Identifier: Apache-2.0
#pragma once

// The channel tree in SQL: channels, their ancestors and descendants (spec 2, section 5), and who
// is a member of a root. What a user may do is in channel_access.h. Every function runs in the
// caller's transaction.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "db/tx.h"
#include "rpc/role.h"

namespace collab::channels {

struct Channel {
    ChannelId id;
    std::string name;
    rpc::Visibility visibility = rpc::Visibility::members;
    std::vector<ChannelId> parent_path;  // from the root down to the parent; empty: a root
    int order = 1;                       // among its siblings
    bool requires_cla = false;           // set on itself; an ancestor may ask, too

    bool is_root() const { return parent_path.empty(); }
    ChannelId root() const { return is_root() ? id : parent_path.front(); }
    std::optional<ChannelId> parent() const;
    // The ancestors as the database spells them: "1/3/", or "" for a root.
    std::string path_of_parents() const;
    // The same with this channel at the end; what every descendant's parents start with.
    std::string full_path() const;
};

// A row of a root channel: a membership, or an invitation while it is not accepted.
struct Membership {
    ChannelId channel;
    UserId user;
    rpc::Role role = rpc::Role::banned;
    bool accepted = false;
};

// The columns that to_channel() reads, from a table called `c`.
inline constexpr std::string_view kChannelColumns =
    "c.id, c.name, c.visibility, c.parent_path, c.requires_zed_cla, c.channel_order";
Channel to_channel(const db::Row& row);

Error no_such_channel();
Result<std::optional<Channel>> find_channel(db::Tx& tx, ChannelId id);
// Error no_such_channel when there is none.
Result<Channel> load_channel(db::Tx& tx, ChannelId id);

// All below the channel, parents before children.
Result<std::vector<Channel>> list_descendants(db::Tx& tx, const Channel& channel);
// The same, the parent if there is one, and the channel itself, asked and fetched apart.
db::Ticket send_descendants(db::Tx& tx, ChannelId id);
db::Ticket send_parent(db::Tx& tx, ChannelId id);
db::Ticket send_channel(db::Tx& tx, ChannelId id);
Result<std::vector<Channel>> receive_channels(db::Tx& tx, db::Ticket ticket);
// Those with the same parent, the channel itself included, in their order. Requires no root.
Result<std::vector<Channel>> list_siblings(db::Tx& tx, const Channel& channel);
// What is asked before a channel becomes a child of another.
struct Place {
    std::int64_t tree_size = 0;  // channels of the whole tree, the root included
    int greatest_order = 0;      // among the children, 0 when there are none
    bool name_taken = false;     // by a child other than `except`
};
Result<Place> find_place(db::Tx& tx, const Channel& parent, const std::string& name,
                         ChannelId except);
// Whether a sibling has the name. Always false for roots.
Result<bool> sibling_has_name(db::Tx& tx, const Channel& channel, const std::string& name);

Result<Channel> insert_channel(db::Tx& tx, const std::string& name, const Channel* parent,
                               int order);
Status update_channel_name(db::Tx& tx, ChannelId id, const std::string& name);
Status set_visibility(db::Tx& tx, ChannelId id, rpc::Visibility visibility);
Status set_order(db::Tx& tx, ChannelId id, int order);
// Stores parents and order of the channel, and puts what is below `old_full_path` below it.
Status update_channel_path(db::Tx& tx, const Channel& channel, const std::string& old_full_path);
// With everything that hangs on them.
Status delete_channels(db::Tx& tx, const std::vector<std::int64_t>& ids);

// The row of the user at the channel itself; only roots have any.
Result<std::optional<Membership>> find_membership(db::Tx& tx, ChannelId root, UserId user);
// The same, asked and fetched apart so that it can travel with other reads.
db::Ticket send_membership(db::Tx& tx, ChannelId root, UserId user);
Result<std::optional<Membership>> receive_membership(db::Tx& tx, db::Ticket ticket);
Status insert_membership(db::Tx& tx, const Membership& membership);
// Stores role and acceptance of an existing row.
Status update_membership(db::Tx& tx, const Membership& membership);
Status delete_membership(db::Tx& tx, ChannelId root, UserId user);

struct Invitee {
    bool invited_or_member = false;
};
// Nothing when there is no such user.
Result<std::optional<Invitee>> find_invitee(db::Tx& tx, ChannelId root, UserId user);

// Members and invitees whose login matches a pattern of LIKE in lower case: admins, members,
// guests, then the others; of each, who accepted first; then by login.
Result<std::vector<Membership>> search_memberships(db::Tx& tx, ChannelId root,
                                                   const std::string& pattern, std::int64_t limit);

// Who is invited to the root and has not answered; answered participants of the channel's room, by
// user id.
db::Ticket send_invitees(db::Tx& tx, ChannelId root);
db::Ticket send_participants(db::Tx& tx, ChannelId channel);
Result<std::vector<UserId>> receive_users(db::Tx& tx, db::Ticket ticket);

// A user who has a place in a channel: in its call (ringing included), its notes or its chat.
struct Presence {
    Channel channel;
    UserId user;
    std::optional<rpc::Role> role;        // of an accepted membership of the root
    std::optional<rpc::Role> invited_as;  // of one that is not accepted yet
};
// All such places in a channel and below it; of one user only, when given. Asked and fetched apart
// so that they can travel with other reads.
db::Ticket send_presences(db::Tx& tx, ChannelId channel, std::optional<UserId> user);
Result<std::vector<Presence>> receive_presences(db::Tx& tx, db::Ticket ticket);

}  // namespace collab::channels
