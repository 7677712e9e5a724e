// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/channel_set.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace collab::channels {
namespace {

// $2 is 0 for all roots.
constexpr std::string_view kMemberships = R"sql(
    SELECT c.id, c.name, c.visibility, c.parent_path, c.requires_zed_cla, c.channel_order,
           m.role, m.accepted
    FROM channel_members m JOIN channels c ON c.id = m.channel_id
    WHERE m.user_id = $1 AND (m.channel_id = $2 OR $2 = 0)
    ORDER BY m.id
)sql";

constexpr std::string_view kDescendants = R"sql(
    SELECT c.id, c.name, c.visibility, c.parent_path, c.requires_zed_cla, c.channel_order
    FROM channel_members m
    JOIN channels c ON c.parent_path LIKE CAST(m.channel_id AS TEXT) || '/%'
    WHERE m.user_id = $1 AND (m.channel_id = $2 OR $2 = 0) AND m.accepted
      AND (m.role IN ('admin', 'member') OR (m.role IN ('talker', 'guest') AND c.visibility = 'public'))
)sql";

constexpr std::string_view kBelow = R"sql(
    SELECT id FROM channels WHERE id = $1 OR parent_path LIKE $2 || '%' ORDER BY id
)sql";

constexpr std::string_view kParticipants = R"sql(
    SELECT r.channel_id, p.user_id FROM rooms r JOIN room_participants p ON p.room_id = r.id
    WHERE r.channel_id IN IDS($1) AND p.answering_connection_id IS NOT NULL
    ORDER BY r.channel_id, p.user_id
)sql";

constexpr std::string_view kLatestNotes = R"sql(
    SELECT channel_id, COALESCE(latest_operation_epoch, 0), latest_operation_replica_id,
           latest_operation_lamport_timestamp
    FROM buffers WHERE channel_id IN IDS($1) ORDER BY channel_id
)sql";

constexpr std::string_view kObservedNotes = R"sql(
    SELECT b.channel_id, o.epoch, o.replica_id, o.lamport_timestamp
    FROM observed_buffer_edits o JOIN buffers b ON b.id = o.buffer_id
    WHERE o.user_id = $2 AND b.channel_id IN IDS($1) ORDER BY b.channel_id
)sql";

constexpr std::string_view kLatestMessages = R"sql(
    SELECT channel_id, MAX(id) FROM channel_messages WHERE channel_id IN IDS($1)
    GROUP BY channel_id ORDER BY channel_id
)sql";

constexpr std::string_view kObservedMessages = R"sql(
    SELECT channel_id, channel_message_id FROM observed_channel_messages
    WHERE user_id = $2 AND channel_id IN IDS($1) ORDER BY channel_id
)sql";

struct RootRow {
    Channel channel;
    rpc::Role role;
    bool accepted;
};

RootRow to_root(const db::Row& row) {
    return {to_channel(row), rpc::role_from_text(row.text(6)), row.boolean(7)};
}

NotesVersion to_notes_version(const db::Row& row) {
    NotesVersion version{row.id<ChannelId>(0), row.integer(1), {}};
    if (!row.is_null(2) && !row.is_null(3)) {
        version.operation = {static_cast<std::uint32_t>(row.integer(2)),
                             static_cast<std::uint32_t>(row.integer(3))};
    }
    return version;
}

LatestMessage to_latest_message(const db::Row& row) {
    return {row.id<ChannelId>(0), row.id<MessageId>(1)};
}

void add_participant(std::vector<ChannelParticipants>& list, ChannelId channel, UserId user) {
    if (list.empty() || list.back().channel != channel) list.push_back({channel, {}});
    list.back().users.push_back(user);
}

TreeTickets send_trees(db::Tx& tx, UserId user, const Channel* within) {
    const db::Values values = {user, within ? within->root() : ChannelId{}};
    TreeTickets tickets{user, tx.send(kMemberships, values), tx.send(kDescendants, values), {}};
    if (within) tickets.below = tx.send(kBelow, {within->id, within->full_path()});
    return tickets;
}

}  // namespace

TreeTickets send_tree(db::Tx& tx, UserId user, const Channel& within) {
    return send_trees(tx, user, &within);
}

Status receive_tree(db::Tx& tx, const TreeTickets& tickets, ChannelSet& set) {
    COLLAB_TRY(auto roots, tx.list(tickets.roots, to_root));
    COLLAB_TRY(auto descendants, tx.list(tickets.descendants, to_channel));
    if (tickets.below) {
        COLLAB_TRY(set.hidden, tx.list(*tickets.below,
                                       [](const db::Row& row) { return row.id<ChannelId>(0); }));
    }
    set.user = tickets.user;

    std::unordered_map<ChannelId, std::string> paths;
    for (const auto& each : descendants) paths.emplace(each.id, each.full_path());
    std::sort(descendants.begin(), descendants.end(),
              [&](const Channel& a, const Channel& b) { return paths.at(a.id) < paths.at(b.id); });
    set.channels = std::move(descendants);
    for (auto& row : roots) {
        if (!row.accepted) {
            if (!tickets.below) set.invitations.push_back(std::move(row.channel));
            continue;
        }
        set.memberships.push_back({row.channel.id, tickets.user, row.role, true});
        if (rpc::may_see(row.role, row.channel.visibility)) {
            set.channels.push_back(std::move(row.channel));
        }
    }
    std::unordered_set<ChannelId> visible;
    for (const auto& each : set.channels) visible.insert(each.id);
    std::erase_if(set.hidden, [&](ChannelId id) { return visible.contains(id); });
    return ok();
}

DetailTickets send_details(db::Tx& tx, const ChannelSet& set) {
    std::vector<std::int64_t> ids;
    for (const auto& channel : set.channels) ids.push_back(channel.id.value);
    if (ids.empty()) return {};
    return {true,
            tx.send(kParticipants, {ids}),
            tx.send(kLatestNotes, {ids}),
            tx.send(kObservedNotes, {ids, set.user}),
            tx.send(kLatestMessages, {ids}),
            tx.send(kObservedMessages, {ids, set.user})};
}

Status receive_details(db::Tx& tx, const DetailTickets& tickets, ChannelSet& set) {
    if (!tickets.sent) return ok();
    COLLAB_TRY(const auto participants, tx.list(tickets.participants, [](const db::Row& row) {
        return std::pair(row.id<ChannelId>(0), row.id<UserId>(1));
    }));
    for (const auto& [channel, participant] : participants) {
        add_participant(set.participants, channel, participant);
    }
    COLLAB_TRY(set.latest_notes, tx.list(tickets.latest_notes, to_notes_version));
    COLLAB_TRY(set.observed_notes, tx.list(tickets.observed_notes, to_notes_version));
    COLLAB_TRY(set.latest_messages, tx.list(tickets.latest_messages, to_latest_message));
    COLLAB_TRY(set.observed_messages, tx.list(tickets.observed_messages, to_latest_message));
    return ok();
}

Result<ChannelSet> load_channel_set(db::Tx& tx, UserId user) {
    ChannelSet set;
    COLLAB_DO(receive_tree(tx, send_trees(tx, user, nullptr), set));
    COLLAB_DO(receive_details(tx, send_details(tx, set), set));
    return set;
}

}  // namespace collab::channels
