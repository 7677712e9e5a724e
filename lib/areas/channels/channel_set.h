// SPDX-License-Identifier: Apache-2.0
#pragma once

// All that a user sees of the channels, read in two round trips (spec 2, 6.4).

#include <optional>
#include <vector>

#include "areas/channels/channel_queries.h"

namespace collab::channels {

// A position in the edits of a channel's notes: one operation of an epoch, or none yet.
struct NotesVersion {
    ChannelId channel;
    std::int64_t epoch = 0;
    std::optional<std::pair<std::uint32_t, std::uint32_t>> operation;  // replica, Lamport timestamp
};

struct LatestMessage {
    ChannelId channel;
    MessageId message;
};

struct ChannelParticipants {
    ChannelId channel;
    std::vector<UserId> users;
};

struct ChannelSet {
    UserId user;
    std::vector<Membership> memberships;  // accepted ones, banned included
    std::vector<Channel> channels;        // visible: descendants by path, then the roots
    std::vector<ChannelId> hidden;        // of `within` and all below it, what is not visible
    std::vector<Channel> invitations;     // roots with a membership not yet accepted
    std::vector<ChannelParticipants> participants;  // answered only
    std::vector<NotesVersion> latest_notes;
    std::vector<NotesVersion> observed_notes;
    std::vector<LatestMessage> latest_messages;
    std::vector<LatestMessage> observed_messages;
};

// Of all roots.
Result<ChannelSet> load_channel_set(db::Tx& tx, UserId user);

// The same of the tree that the channel is in, without invitations, in halves that can travel with
// other reads: the tree, then what is in it.
struct TreeTickets {
    UserId user;
    db::Ticket roots;
    db::Ticket descendants;
    std::optional<db::Ticket> below;
};
TreeTickets send_tree(db::Tx& tx, UserId user, const Channel& within);
Status receive_tree(db::Tx& tx, const TreeTickets& tickets, ChannelSet& set);

struct DetailTickets {
    bool sent = false;
    db::Ticket participants = 0;
    db::Ticket latest_notes = 0;
    db::Ticket observed_notes = 0;
    db::Ticket latest_messages = 0;
    db::Ticket observed_messages = 0;
};
DetailTickets send_details(db::Tx& tx, const ChannelSet& set);
Status receive_details(db::Tx& tx, const DetailTickets& tickets, ChannelSet& set);

}  // namespace collab::channels
