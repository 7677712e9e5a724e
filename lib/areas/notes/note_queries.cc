// SPDX-License-Identifier: Apache-2.0
#include "areas/notes/note_queries.h"

#include <array>

namespace collab::notes {
namespace {

// A write transaction of SQLite has the one lock that there is.
constexpr std::string_view kFindNoteOfChannel = R"sql(
    SELECT id, channel_id, epoch, stamp, latest_operation_epoch,
        latest_operation_lamport_timestamp, latest_operation_replica_id
    FROM buffers WHERE channel_id = $1
)sql";
constexpr std::string_view kLockNote = R"sql(
    SELECT id, channel_id, epoch, stamp, latest_operation_epoch,
        latest_operation_lamport_timestamp, latest_operation_replica_id
    FROM buffers WHERE channel_id = $1 FOR UPDATE
)sql";
constexpr std::string_view kFindNote = R"sql(
    SELECT id, channel_id, epoch, stamp, latest_operation_epoch,
        latest_operation_lamport_timestamp, latest_operation_replica_id
    FROM buffers WHERE id = $1
)sql";
constexpr std::string_view kInsertNote =
    "INSERT INTO buffers (channel_id) VALUES ($1) ON CONFLICT (channel_id) DO NOTHING";
constexpr std::string_view kInsertSnapshot = R"sql(
    INSERT INTO buffer_snapshots (buffer_id, epoch, text, operation_serialization_version)
    VALUES ($1, $2, $3, 1) ON CONFLICT (buffer_id, epoch) DO NOTHING
)sql";
constexpr std::string_view kBaseText =
    "SELECT text FROM buffer_snapshots WHERE buffer_id = $1 AND epoch = $2";
constexpr std::string_view kListOperations = R"sql(
    SELECT lamport_timestamp, replica_id, value FROM buffer_operations
    WHERE buffer_id = $1 AND epoch = $2 ORDER BY lamport_timestamp, replica_id
)sql";
constexpr std::string_view kListOperationsAfter = R"sql(
    SELECT lamport_timestamp, replica_id, value FROM buffer_operations
    WHERE buffer_id = $1 AND epoch = $2 AND lamport_timestamp > $4 AND replica_id IN IDS($3)
    ORDER BY lamport_timestamp, replica_id
)sql";
constexpr std::string_view kListStored = R"sql(
    SELECT lamport_timestamp, replica_id FROM buffer_operations
    WHERE buffer_id = $1 AND epoch = $2 AND lamport_timestamp IN IDS($3)
)sql";
constexpr std::string_view kUpdateNote = R"sql(
    UPDATE buffers SET epoch = $2, stamp = $3, latest_operation_epoch = $4,
        latest_operation_lamport_timestamp = $5, latest_operation_replica_id = $6
    WHERE id = $1
)sql";
constexpr std::string_view kRaiseObserved = R"sql(
    INSERT INTO observed_buffer_edits (user_id, buffer_id, epoch, lamport_timestamp, replica_id)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (user_id, buffer_id) DO UPDATE SET epoch = excluded.epoch,
        lamport_timestamp = excluded.lamport_timestamp, replica_id = excluded.replica_id
    WHERE (observed_buffer_edits.epoch, observed_buffer_edits.lamport_timestamp,
           observed_buffer_edits.replica_id)
        < (excluded.epoch, excluded.lamport_timestamp, excluded.replica_id)
)sql";
constexpr std::string_view kSetObserved = R"sql(
    INSERT INTO observed_buffer_edits (user_id, buffer_id, epoch, lamport_timestamp, replica_id)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (user_id, buffer_id) DO UPDATE SET epoch = excluded.epoch,
        lamport_timestamp = excluded.lamport_timestamp, replica_id = excluded.replica_id
)sql";
constexpr std::string_view kListCollaborators =
    "SELECT connection_server_id, connection_id, user_id, replica_id, connection_lost, id "
    "FROM channel_buffer_collaborators WHERE channel_id = $1 ORDER BY id";
constexpr std::string_view kInsertCollaborator = R"sql(
    INSERT INTO channel_buffer_collaborators
        (channel_id, connection_server_id, connection_id, user_id, replica_id)
    VALUES ($1, $2, $3, $4, $5)
)sql";
constexpr std::string_view kMoveCollaborator = R"sql(
    UPDATE channel_buffer_collaborators
    SET connection_server_id = $4, connection_id = $5, connection_lost = FALSE
    WHERE channel_id = $1 AND connection_server_id = $2 AND connection_id = $3
)sql";
// No two rows of a channel have the same one, so the third step goes over a number that none has.
constexpr std::string_view kSetReplica = R"sql(
    UPDATE channel_buffer_collaborators SET replica_id = $4
    WHERE channel_id = $1 AND connection_server_id = $2 AND connection_id = $3
)sql";
constexpr std::string_view kMarkLost =
    "UPDATE channel_buffer_collaborators SET connection_lost = TRUE "
    "WHERE connection_server_id = $1 AND connection_id = $2";
constexpr std::string_view kRemoveConnection =
    "DELETE FROM channel_buffer_collaborators "
    "WHERE connection_server_id = $1 AND connection_id = $2 "
    "RETURNING channel_id, connection_server_id, connection_id";
constexpr std::string_view kRemoveFromChannel =
    "DELETE FROM channel_buffer_collaborators "
    "WHERE channel_id = $1 AND connection_server_id = $2 AND connection_id = $3 "
    "RETURNING channel_id, connection_server_id, connection_id";
constexpr std::string_view kRemoveUsers =
    "DELETE FROM channel_buffer_collaborators WHERE channel_id = $1 AND user_id IN IDS($2) "
    "RETURNING channel_id, connection_server_id, connection_id";
constexpr std::string_view kRemoveServers =
    "DELETE FROM channel_buffer_collaborators WHERE connection_server_id IN IDS($1) "
    "RETURNING channel_id, connection_server_id, connection_id";

// Inserts so many operations: $1 and $2 are the same for all.
std::string insert_of(std::size_t rows) {
    std::string sql =
        "INSERT INTO buffer_operations (buffer_id, epoch, lamport_timestamp, replica_id, value) "
        "VALUES ";
    for (std::size_t row = 0; row < rows; ++row) {
        const auto parameter = [&](std::size_t n) { return ", $" + std::to_string(3 * row + n); };
        sql += row == 0 ? "($1, $2" : ", ($1, $2";
        sql += parameter(3) + parameter(4) + parameter(5) + ")";
    }
    return sql + " ON CONFLICT (buffer_id, epoch, lamport_timestamp, replica_id) DO NOTHING";
}

// Drivers keep what they prepared by the address of the text.
struct InsertOperations {
    std::size_t rows;
    std::string sql;
};
const std::array<InsertOperations, 4>& inserts() {
    static const std::array<InsertOperations, 4> all = {
        {{64, insert_of(64)}, {16, insert_of(16)}, {4, insert_of(4)}, {1, insert_of(1)}}};
    return all;
}

text::Lamport lamport_of(const db::Row& row, int column) {
    return {static_cast<std::uint32_t>(row.integer(column)),
            static_cast<std::uint16_t>(row.integer(column + 1))};
}

Note note_of(const db::Row& row) {
    Note note{row.id<BufferId>(0), row.id<ChannelId>(1), row.integer(2), row.integer(3), {}};
    if (!row.is_null(4)) note.latest = Note::Latest{row.integer(4), lamport_of(row, 5)};
    return note;
}

StoredOperation operation_of(const db::Row& row) {
    return {lamport_of(row, 0), row.text(2)};
}

PeerId peer_of(const db::Row& row, int column) {
    return {static_cast<std::uint32_t>(row.integer(column)),
            static_cast<std::uint32_t>(row.integer(column + 1))};
}

Collaborator collaborator_of(const db::Row& row) {
    return {peer_of(row, 0), row.id<UserId>(2), static_cast<std::uint32_t>(row.integer(3)),
            row.boolean(4), row.integer(5)};
}

Removed removed_of(const db::Row& row) {
    return {row.id<ChannelId>(0), peer_of(row, 1)};
}

template <class Id>
std::vector<std::int64_t> numbers_of(const std::vector<Id>& ids) {
    std::vector<std::int64_t> numbers;
    for (const auto id : ids) numbers.push_back(id.value);
    return numbers;
}

db::Values observed_values(UserId user, BufferId note, const Note::Latest& seen) {
    return {user, note, seen.epoch, seen.at.value, std::uint32_t{seen.at.replica}};
}

}  // namespace

Result<std::optional<Note>> lock_note(db::Tx& tx, ChannelId channel) {
    return receive_note(tx, send_locked_note(tx, channel));
}

db::Ticket send_locked_note(db::Tx& tx, ChannelId channel) {
    const bool postgres = tx.dialect() == db::Dialect::postgres;
    return tx.send(postgres ? kLockNote : kFindNoteOfChannel, {channel});
}

Result<std::optional<Note>> receive_note(db::Tx& tx, db::Ticket ticket) {
    return tx.one(ticket, note_of);
}

Result<Note> create_note(db::Tx& tx, ChannelId channel) {
    COLLAB_DO(tx.run(kInsertNote, {channel}));
    COLLAB_TRY(auto made, lock_note(tx, channel));
    if (!made) return Error{ErrorCode::internal, "the notes just made are gone"};
    COLLAB_DO(insert_snapshot(tx, made->id, 0, ""));
    return *made;
}

Result<std::optional<Note>> find_note(db::Tx& tx, BufferId id) {
    return tx.one(kFindNote, {id}, note_of);
}

Result<History> load_history(db::Tx& tx, const Note& note) {
    return receive_history(tx, send_history(tx, note));
}

HistoryTickets send_history(db::Tx& tx, const Note& note) {
    return {tx.send(kBaseText, {note.id, note.epoch}),
            tx.send(kListOperations, {note.id, note.epoch})};
}

Result<History> receive_history(db::Tx& tx, const HistoryTickets& tickets) {
    History history;
    COLLAB_TRY(auto text,
               tx.one(tickets.base_text, [](const db::Row& row) { return row.text(0); }));
    if (text) history.base_text = *std::move(text);
    COLLAB_TRY(history.operations, tx.list(tickets.operations, operation_of));
    return history;
}

db::Ticket send_operations(db::Tx& tx, const Note& note, const std::vector<std::int64_t>& replicas,
                           std::uint32_t after) {
    return tx.send(kListOperationsAfter, {note.id, note.epoch, replicas, after});
}

Result<std::vector<StoredOperation>> receive_operations(db::Tx& tx, db::Ticket ticket) {
    return tx.list(ticket, operation_of);
}

Result<std::set<text::Lamport>> list_stored(db::Tx& tx, const Note& note,
                                            const std::vector<text::Lamport>& operations) {
    std::vector<std::int64_t> values;
    for (const auto at : operations) values.push_back(at.value);
    COLLAB_TRY(const auto rows, tx.list(kListStored, {note.id, note.epoch, values},
                                        [](const db::Row& row) { return lamport_of(row, 0); }));
    return std::set<text::Lamport>(rows.begin(), rows.end());
}

Status insert_operations(db::Tx& tx, const Note& note,
                         const std::vector<StoredOperation>& operations) {
    std::size_t next = 0;
    for (const auto& insert : inserts()) {
        while (operations.size() - next >= insert.rows) {
            db::Values values{note.id, note.epoch};
            values.reserve(2 + 3 * insert.rows);
            for (std::size_t i = 0; i < insert.rows; ++i, ++next) {
                values.emplace_back(operations[next].at.value);
                values.emplace_back(std::uint32_t{operations[next].at.replica});
                values.emplace_back(db::Blob{operations[next].value});
            }
            COLLAB_DO(tx.run(insert.sql, values));
        }
    }
    return ok();
}

Status update_note(db::Tx& tx, const Note& note) {
    db::Values values{note.id, note.epoch, note.stamp, nullptr, nullptr, nullptr};
    if (note.latest) {
        values[3] = note.latest->epoch;
        values[4] = note.latest->at.value;
        values[5] = std::uint32_t{note.latest->at.replica};
    }
    return tx.run(kUpdateNote, values);
}

Status insert_snapshot(db::Tx& tx, BufferId note, std::int64_t epoch, const std::string& text) {
    return tx.run(kInsertSnapshot, {note, epoch, text});
}

Status raise_observed(db::Tx& tx, UserId user, BufferId note, const Note::Latest& seen) {
    return tx.run(kRaiseObserved, observed_values(user, note, seen));
}

Status set_observed(db::Tx& tx, UserId user, BufferId note, const Note::Latest& seen) {
    return tx.run(kSetObserved, observed_values(user, note, seen));
}

Result<std::vector<Collaborator>> list_collaborators(db::Tx& tx, ChannelId channel) {
    return receive_collaborators(tx, send_collaborators(tx, channel));
}

db::Ticket send_collaborators(db::Tx& tx, ChannelId channel) {
    return tx.send(kListCollaborators, {channel});
}

Result<std::vector<Collaborator>> receive_collaborators(db::Tx& tx, db::Ticket ticket) {
    return tx.list(ticket, collaborator_of);
}

const Collaborator* find_collaborator(const std::vector<Collaborator>& all, PeerId peer) {
    for (const auto& each : all) {
        if (each.peer == peer) return &each;
    }
    return nullptr;
}

Status insert_collaborator(db::Tx& tx, ChannelId channel, const Collaborator& collaborator) {
    return tx.run(kInsertCollaborator,
                  {channel, collaborator.peer.server, collaborator.peer.connection,
                   collaborator.user, collaborator.replica});
}

Status move_collaborator(db::Tx& tx, ChannelId channel, PeerId from, PeerId to) {
    return tx.run(kMoveCollaborator,
                  {channel, from.server, from.connection, to.server, to.connection});
}

Status exchange_replicas(db::Tx& tx, ChannelId channel, Collaborator& one, Collaborator& other) {
    const auto set = [&](const Collaborator& whose, std::int64_t replica) {
        return tx.run(kSetReplica, {channel, whose.peer.server, whose.peer.connection, replica});
    };
    COLLAB_DO(set(other, -1));
    COLLAB_DO(set(one, other.replica));
    COLLAB_DO(set(other, one.replica));
    std::swap(one.replica, other.replica);
    return ok();
}

Status mark_collaborators_lost(db::Tx& tx, PeerId peer) {
    return tx.run(kMarkLost, {peer.server, peer.connection});
}

Result<std::vector<Removed>> remove_connection(db::Tx& tx, PeerId peer) {
    return tx.list(kRemoveConnection, {peer.server, peer.connection}, removed_of);
}

Result<std::vector<Removed>> remove_connections(db::Tx& tx, ChannelId channel,
                                                const std::vector<PeerId>& peers) {
    std::vector<Removed> all;
    for (const auto peer : peers) {
        COLLAB_TRY(
            const auto removed,
            tx.list(kRemoveFromChannel, {channel, peer.server, peer.connection}, removed_of));
        all.insert(all.end(), removed.begin(), removed.end());
    }
    return all;
}

db::Ticket send_removal(db::Tx& tx, ChannelId channel, const std::vector<UserId>& users) {
    return tx.send(kRemoveUsers, {channel, numbers_of(users)});
}

Result<std::vector<Removed>> receive_removed(db::Tx& tx, db::Ticket ticket) {
    return tx.list(ticket, removed_of);
}

Result<std::vector<Removed>> remove_servers(db::Tx& tx, const std::vector<ServerId>& servers) {
    return tx.list(kRemoveServers, {numbers_of(servers)}, removed_of);
}

}  // namespace collab::notes
