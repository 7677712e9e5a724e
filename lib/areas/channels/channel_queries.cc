// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/channel_queries.h"

#include "base/text.h"

namespace collab::channels {
namespace {

// Every use of a descendant test is a LIKE: paths consist of digits and slashes, so nothing in them
// is a wildcard, and comparisons with < would depend on PostgreSQL's collation.

constexpr std::string_view kFindChannel = R"sql(
    SELECT c.id, c.name, c.visibility, c.parent_path, c.requires_zed_cla, c.channel_order
    FROM channels c WHERE c.id = $1
)sql";

constexpr std::string_view kListDescendants = R"sql(
    SELECT c.id, c.name, c.visibility, c.parent_path, c.requires_zed_cla, c.channel_order
    FROM channels c
    WHERE c.parent_path LIKE (SELECT t.parent_path || CAST(t.id AS TEXT) || '/%' FROM channels t
                              WHERE t.id = $1)
    ORDER BY length(c.parent_path), c.id
)sql";

constexpr std::string_view kFindParent = R"sql(
    SELECT c.id, c.name, c.visibility, c.parent_path, c.requires_zed_cla, c.channel_order
    FROM channels t JOIN channels c ON t.parent_path = c.parent_path || CAST(c.id AS TEXT) || '/'
    WHERE t.id = $1
)sql";

constexpr std::string_view kListSiblings = R"sql(
    SELECT c.id, c.name, c.visibility, c.parent_path, c.requires_zed_cla, c.channel_order
    FROM channels c WHERE c.parent_path = $1 ORDER BY c.channel_order, c.id
)sql";

constexpr std::string_view kFindPlace = R"sql(
    SELECT (SELECT COUNT(*) FROM channels WHERE parent_path LIKE $1 || '%') + 1,
           (SELECT COALESCE(MAX(channel_order), 0) FROM channels WHERE parent_path = $2),
           (SELECT COUNT(*) FROM channels WHERE parent_path = $2 AND name = $3 AND id <> $4)
)sql";

constexpr std::string_view kFindSiblingNamed = R"sql(
    SELECT id FROM channels WHERE parent_path = $1 AND name = $2 AND id <> $3
)sql";

constexpr std::string_view kInsertChannel = R"sql(
    INSERT INTO channels (name, visibility, parent_path, channel_order)
    VALUES ($1, 'members', $2, $3) RETURNING id
)sql";

constexpr std::string_view kRename = "UPDATE channels SET name = $2 WHERE id = $1";
constexpr std::string_view kSetVisibility = "UPDATE channels SET visibility = $2 WHERE id = $1";
constexpr std::string_view kSetOrder = "UPDATE channels SET channel_order = $2 WHERE id = $1";
constexpr std::string_view kSetParents =
    "UPDATE channels SET parent_path = $2, channel_order = $3 WHERE id = $1";
constexpr std::string_view kMoveBelow = R"sql(
    UPDATE channels SET parent_path = $2 || substr(parent_path, CAST($3 AS INTEGER))
    WHERE parent_path LIKE $1 || '%'
)sql";
constexpr std::string_view kDelete = "DELETE FROM channels WHERE id IN IDS($1)";

constexpr std::string_view kFindMembership = R"sql(
    SELECT channel_id, user_id, role, accepted FROM channel_members
    WHERE channel_id = $1 AND user_id = $2
)sql";

constexpr std::string_view kInsertMembership = R"sql(
    INSERT INTO channel_members (channel_id, user_id, role, accepted) VALUES ($1, $2, $3, $4)
)sql";

constexpr std::string_view kUpdateMembership = R"sql(
    UPDATE channel_members SET role = $3, accepted = $4 WHERE channel_id = $1 AND user_id = $2
)sql";

constexpr std::string_view kDeleteMembership = R"sql(
    DELETE FROM channel_members WHERE channel_id = $1 AND user_id = $2
)sql";

constexpr std::string_view kFindInvitee = R"sql(
    SELECT m.id FROM users u
    LEFT JOIN channel_members m ON m.user_id = u.id AND m.channel_id = $1
    WHERE u.id = $2
)sql";

constexpr std::string_view kSearchMemberships = R"sql(
    SELECT m.channel_id, m.user_id, m.role, m.accepted
    FROM channel_members m JOIN users u ON u.id = m.user_id
    WHERE m.channel_id = $1 AND LOWER(u.github_login) LIKE LOWER(CAST($2 AS TEXT))
    ORDER BY CASE m.role WHEN 'admin' THEN 0 WHEN 'member' THEN 1 WHEN 'guest' THEN 2 ELSE 3 END,
             m.accepted DESC, u.github_login
    LIMIT $3
)sql";

constexpr std::string_view kListInvitees =
    "SELECT user_id FROM channel_members WHERE channel_id = $1 AND NOT accepted ORDER BY id";

constexpr std::string_view kListParticipants = R"sql(
    SELECT p.user_id FROM rooms r JOIN room_participants p ON p.room_id = r.id
    WHERE r.channel_id = $1 AND p.answering_connection_id IS NOT NULL ORDER BY p.user_id
)sql";

// $2 is 0 for all users.
constexpr std::string_view kListPresences = R"sql(
    SELECT c.id, c.name, c.visibility, c.parent_path, c.requires_zed_cla, c.channel_order,
           a.user_id, m.role, m.accepted
    FROM (SELECT r.channel_id AS channel_id, p.user_id AS user_id
          FROM rooms r JOIN room_participants p ON p.room_id = r.id
          UNION SELECT channel_id, user_id FROM channel_buffer_collaborators
          UNION SELECT channel_id, user_id FROM channel_chat_participants) a
    JOIN channels c ON c.id = a.channel_id
    LEFT JOIN channel_members m ON m.user_id = a.user_id
        AND c.parent_path || CAST(c.id AS TEXT) || '/' LIKE CAST(m.channel_id AS TEXT) || '/%'
    WHERE (c.id = $1
           OR c.parent_path LIKE (SELECT t.parent_path || CAST(t.id AS TEXT) || '/%'
                                  FROM channels t WHERE t.id = $1))
        AND (a.user_id = $2 OR $2 = 0)
    ORDER BY c.id, a.user_id
)sql";

Membership to_membership(const db::Row& row) {
    return {row.id<ChannelId>(0), row.id<UserId>(1), rpc::role_from_text(row.text(2)),
            row.boolean(3)};
}

}  // namespace

std::optional<ChannelId> Channel::parent() const {
    if (is_root()) return {};
    return parent_path.back();
}

std::string Channel::path_of_parents() const {
    std::string path;
    for (const auto& each : parent_path) path += std::to_string(each.value) + "/";
    return path;
}

std::string Channel::full_path() const {
    return path_of_parents() + std::to_string(id.value) + "/";
}

Channel to_channel(const db::Row& row) {
    Channel channel;
    channel.id = row.id<ChannelId>(0);
    channel.name = row.text(1);
    channel.visibility = rpc::visibility_from_text(row.text(2));
    for (const auto part : split(row.text(3), '/')) {
        if (const auto id = parse_int64(part)) channel.parent_path.push_back({*id});
    }
    channel.requires_cla = row.boolean(4);
    channel.order = static_cast<int>(row.integer(5));
    return channel;
}

Error no_such_channel() {
    return {ErrorCode::no_such_channel, "there is no such channel"};
}

Result<std::optional<Channel>> find_channel(db::Tx& tx, ChannelId id) {
    return tx.one(kFindChannel, {id}, to_channel);
}

Result<Channel> load_channel(db::Tx& tx, ChannelId id) {
    COLLAB_TRY(auto channel, find_channel(tx, id));
    if (!channel) return no_such_channel();
    return std::move(*channel);
}

Result<std::vector<Channel>> list_descendants(db::Tx& tx, const Channel& channel) {
    return receive_channels(tx, send_descendants(tx, channel.id));
}

db::Ticket send_descendants(db::Tx& tx, ChannelId id) {
    return tx.send(kListDescendants, {id});
}

db::Ticket send_parent(db::Tx& tx, ChannelId id) {
    return tx.send(kFindParent, {id});
}

db::Ticket send_channel(db::Tx& tx, ChannelId id) {
    return tx.send(kFindChannel, {id});
}

Result<std::vector<Channel>> receive_channels(db::Tx& tx, db::Ticket ticket) {
    return tx.list(ticket, to_channel);
}

Result<std::vector<Channel>> list_siblings(db::Tx& tx, const Channel& channel) {
    return tx.list(kListSiblings, {channel.path_of_parents()}, to_channel);
}

Result<Place> find_place(db::Tx& tx, const Channel& parent, const std::string& name,
                         ChannelId except) {
    const auto root_path = std::to_string(parent.root().value) + "/";
    COLLAB_TRY(
        const auto place,
        tx.one(kFindPlace, {root_path, parent.full_path(), name, except}, [](const db::Row& row) {
            return Place{row.integer(0), static_cast<int>(row.integer(1)), row.integer(2) > 0};
        }));
    return place.value_or(Place{});
}

Result<bool> sibling_has_name(db::Tx& tx, const Channel& channel, const std::string& name) {
    if (channel.is_root()) return false;
    COLLAB_TRY(const auto found,
               tx.one(kFindSiblingNamed, {channel.path_of_parents(), name, channel.id},
                      [](const db::Row& row) { return row.integer(0); }));
    return found.has_value();
}

Result<Channel> insert_channel(db::Tx& tx, const std::string& name, const Channel* parent,
                               int order) {
    Channel channel;
    channel.name = name;
    channel.order = order;
    if (parent) {
        channel.parent_path = parent->parent_path;
        channel.parent_path.push_back(parent->id);
    }
    COLLAB_TRY(const auto id, tx.one(kInsertChannel, {name, channel.path_of_parents(), order},
                                     [](const db::Row& row) { return row.id<ChannelId>(0); }));
    channel.id = *id;
    return channel;
}

Status update_channel_name(db::Tx& tx, ChannelId id, const std::string& name) {
    return tx.run(kRename, {id, name});
}

Status set_visibility(db::Tx& tx, ChannelId id, rpc::Visibility visibility) {
    return tx.run(kSetVisibility, {id, rpc::to_text(visibility)});
}

Status set_order(db::Tx& tx, ChannelId id, int order) {
    return tx.run(kSetOrder, {id, order});
}

Status update_channel_path(db::Tx& tx, const Channel& channel, const std::string& old_full_path) {
    COLLAB_DO(tx.run(kSetParents, {channel.id, channel.path_of_parents(), channel.order}));
    return tx.run(kMoveBelow, {old_full_path, channel.full_path(), old_full_path.size() + 1});
}

Status delete_channels(db::Tx& tx, const std::vector<std::int64_t>& ids) {
    return tx.run(kDelete, {ids});
}

Result<std::optional<Membership>> find_membership(db::Tx& tx, ChannelId root, UserId user) {
    return receive_membership(tx, send_membership(tx, root, user));
}

db::Ticket send_membership(db::Tx& tx, ChannelId root, UserId user) {
    return tx.send(kFindMembership, {root, user});
}

Result<std::optional<Membership>> receive_membership(db::Tx& tx, db::Ticket ticket) {
    return tx.one(ticket, to_membership);
}

Status insert_membership(db::Tx& tx, const Membership& membership) {
    return tx.run(kInsertMembership, {membership.channel, membership.user,
                                      rpc::to_text(membership.role), membership.accepted});
}

Status update_membership(db::Tx& tx, const Membership& membership) {
    return tx.run(kUpdateMembership, {membership.channel, membership.user,
                                      rpc::to_text(membership.role), membership.accepted});
}

Status delete_membership(db::Tx& tx, ChannelId root, UserId user) {
    return tx.run(kDeleteMembership, {root, user});
}

Result<std::optional<Invitee>> find_invitee(db::Tx& tx, ChannelId root, UserId user) {
    return tx.one(kFindInvitee, {root, user},
                  [](const db::Row& row) { return Invitee{!row.is_null(0)}; });
}

Result<std::vector<Membership>> search_memberships(db::Tx& tx, ChannelId root,
                                                   const std::string& pattern, std::int64_t limit) {
    return tx.list(kSearchMemberships, {root, pattern, limit}, to_membership);
}

db::Ticket send_invitees(db::Tx& tx, ChannelId root) {
    return tx.send(kListInvitees, {root});
}

db::Ticket send_participants(db::Tx& tx, ChannelId channel) {
    return tx.send(kListParticipants, {channel});
}

Result<std::vector<UserId>> receive_users(db::Tx& tx, db::Ticket ticket) {
    return tx.list(ticket, [](const db::Row& row) { return row.id<UserId>(0); });
}

db::Ticket send_presences(db::Tx& tx, ChannelId channel, std::optional<UserId> user) {
    return tx.send(kListPresences, {channel, user.value_or(UserId{})});
}

Result<std::vector<Presence>> receive_presences(db::Tx& tx, db::Ticket ticket) {
    return tx.list(ticket, [](const db::Row& row) {
        Presence presence{to_channel(row), row.id<UserId>(6), {}, {}};
        if (!row.is_null(7)) {
            auto& role = row.boolean(8) ? presence.role : presence.invited_as;
            role = rpc::role_from_text(row.text(7));
        }
        return presence;
    });
}

}  // namespace collab::channels
