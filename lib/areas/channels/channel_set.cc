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

// Reads roots and visible channels; of the tree that `within` is in only, when it is given.
Status load_tree(db::Tx& tx, UserId user, const Channel* within, ChannelSet& set) {
    const db::Values values = {user, within ? within->root() : ChannelId{}};
    const auto roots_sent = tx.send(kMemberships, values);
    const auto descendants_sent = tx.send(kDescendants, values);
    std::optional<db::Ticket> below_sent;
    if (within) below_sent = tx.send(kBelow, {within->id, within->full_path()});
    COLLAB_TRY(auto roots, tx.list(roots_sent, to_root));
    COLLAB_TRY(auto descendants, tx.list(descendants_sent, to_channel));
    if (below_sent) {
        COLLAB_TRY(set.hidden,
                   tx.list(*below_sent, [](const db::Row& row) { return row.id<ChannelId>(0); }));
    }

    std::unordered_map<ChannelId, std::string> paths;
    for (const auto& each : descendants) paths.emplace(each.id, each.full_path());
    std::sort(descendants.begin(), descendants.end(),
              [&](const Channel& a, const Channel& b) { return paths.at(a.id) < paths.at(b.id); });
    set.channels = std::move(descendants);
    for (auto& row : roots) {
        if (!row.accepted) {
            if (!within) set.invitations.push_back(std::move(row.channel));
            continue;
        }
        set.memberships.push_back({row.channel.id, user, row.role, true});
        if (rpc::may_see(row.role, row.channel.visibility)) {
            set.channels.push_back(std::move(row.channel));
        }
    }
    std::unordered_set<ChannelId> visible;
    for (const auto& each : set.channels) visible.insert(each.id);
    std::erase_if(set.hidden, [&](ChannelId id) { return visible.contains(id); });
    return ok();
}

Result<ChannelSet> load(db::Tx& tx, UserId user, const Channel* within) {
    ChannelSet set;
    COLLAB_DO(load_tree(tx, user, within, set));
    if (set.channels.empty()) return set;

    std::vector<std::int64_t> ids;
    for (const auto& channel : set.channels) ids.push_back(channel.id.value);
    const auto participants_sent = tx.send(kParticipants, {ids});
    const auto latest_notes_sent = tx.send(kLatestNotes, {ids});
    const auto observed_notes_sent = tx.send(kObservedNotes, {ids, user});
    const auto latest_messages_sent = tx.send(kLatestMessages, {ids});
    const auto observed_messages_sent = tx.send(kObservedMessages, {ids, user});
    COLLAB_TRY(const auto participants, tx.list(participants_sent, [](const db::Row& row) {
        return std::pair(row.id<ChannelId>(0), row.id<UserId>(1));
    }));
    for (const auto& [channel, participant] : participants) {
        add_participant(set.participants, channel, participant);
    }
    COLLAB_TRY(set.latest_notes, tx.list(latest_notes_sent, to_notes_version));
    COLLAB_TRY(set.observed_notes, tx.list(observed_notes_sent, to_notes_version));
    COLLAB_TRY(set.latest_messages, tx.list(latest_messages_sent, to_latest_message));
    COLLAB_TRY(set.observed_messages, tx.list(observed_messages_sent, to_latest_message));
    return set;
}

}  // namespace

Result<ChannelSet> load_channel_set(db::Tx& tx, UserId user) {
    return load(tx, user, nullptr);
}

Result<ChannelSet> load_channel_set(db::Tx& tx, UserId user, const Channel& within) {
    return load(tx, user, &within);
}

}  // namespace collab::channels
