// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows of channel notes and of those who have them open (spec 2, sections 7 and 8). No
// protobuf, no rights.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "db/tx.h"
#include "text/lamport.h"

namespace collab::notes {

// Notes of a channel, called a buffer on the wire.
struct Note {
    BufferId id;
    ChannelId channel;
    std::int64_t epoch = 0;
    // A random number that is new with every change of operations or epoch: who has seen the rows
    // under this stamp has seen what they are now.
    std::int64_t stamp = 0;
    struct Latest {
        std::int64_t epoch = 0;
        text::Lamport at;
        auto operator<=>(const Latest&) const = default;
    };
    std::optional<Latest> latest;  // the newest operation, of whichever epoch
};

struct StoredOperation {
    text::Lamport at;
    std::string value;  // note_operations.h
};

// The notes of a channel, locked against other servers until the transaction ends.
Result<std::optional<Note>> lock_note(db::Tx& tx, ChannelId channel);
// Starts that query; receive_note() takes its row.
db::Ticket send_locked_note(db::Tx& tx, ChannelId channel);
Result<std::optional<Note>> receive_note(db::Tx& tx, db::Ticket ticket);
// …made now, with an empty epoch 0, where there are none.
Result<Note> create_note(db::Tx& tx, ChannelId channel);
// Nothing when the buffer is unknown. Not locked.
Result<std::optional<Note>> find_note(db::Tx& tx, BufferId id);

// All that an epoch consists of.
struct History {
    std::string base_text;                    // that it began with
    std::vector<StoredOperation> operations;  // by timestamp, then replica
};
Result<History> load_history(db::Tx& tx, const Note& note);
// Starts that query; receive_history() takes its rows.
struct HistoryTickets {
    db::Ticket base_text;
    db::Ticket operations;
};
HistoryTickets send_history(db::Tx& tx, const Note& note);
Result<History> receive_history(db::Tx& tx, const HistoryTickets& tickets);
// The operations of these replicas with a timestamp above `after`.
db::Ticket send_operations(db::Tx& tx, const Note& note, const std::vector<std::int64_t>& replicas,
                           std::uint32_t after);
Result<std::vector<StoredOperation>> receive_operations(db::Tx& tx, db::Ticket ticket);
// Which of these are stored.
Result<std::set<text::Lamport>> list_stored(db::Tx& tx, const Note& note,
                                            const std::vector<text::Lamport>& operations);
// Adds to the epoch; those that are stored already stay as they are.
Status insert_operations(db::Tx& tx, const Note& note,
                         const std::vector<StoredOperation>& operations);
// Writes epoch, stamp and latest operation of the note.
Status update_note(db::Tx& tx, const Note& note);
Status insert_snapshot(db::Tx& tx, BufferId note, std::int64_t epoch, const std::string& text);

// What a user has seen of a note.
// Raises it to `seen`, never lowers it.
Status raise_observed(db::Tx& tx, UserId user, BufferId note, const Note::Latest& seen);
// Sets it to `seen`, whatever it was.
Status set_observed(db::Tx& tx, UserId user, BufferId note, const Note::Latest& seen);

// Somebody who has the notes of a channel open, on one connection.
struct Collaborator {
    PeerId peer;
    UserId user;
    std::uint32_t replica = 0;
    bool lost = false;  // the connection broke; it may come back as another one
    // Of the row; never used again. 0 until it has been read back.
    std::int64_t id = 0;
};

// In the order in which they joined.
Result<std::vector<Collaborator>> list_collaborators(db::Tx& tx, ChannelId channel);
// Starts that query; receive_collaborators() takes its rows.
db::Ticket send_collaborators(db::Tx& tx, ChannelId channel);
Result<std::vector<Collaborator>> receive_collaborators(db::Tx& tx, db::Ticket ticket);
// Null when it is not among them.
const Collaborator* find_collaborator(const std::vector<Collaborator>& all, PeerId peer);

Status insert_collaborator(db::Tx& tx, ChannelId channel, const Collaborator& collaborator);
// Gives the place of one connection to another one, which is there.
Status move_collaborator(db::Tx& tx, ChannelId channel, PeerId from, PeerId to);
// Each gets the other's replica id, in the rows and here.
Status exchange_replicas(db::Tx& tx, ChannelId channel, Collaborator& one, Collaborator& other);
Status mark_collaborators_lost(db::Tx& tx, PeerId peer);

// Whose rows remove_…() removed, by channel.
struct Removed {
    ChannelId channel;
    PeerId peer;
};
Result<std::vector<Removed>> remove_connection(db::Tx& tx, PeerId peer);
Result<std::vector<Removed>> remove_connections(db::Tx& tx, ChannelId channel,
                                                const std::vector<PeerId>& peers);
db::Ticket send_removal(db::Tx& tx, ChannelId channel, const std::vector<UserId>& users);
Result<std::vector<Removed>> receive_removed(db::Tx& tx, db::Ticket ticket);
Result<std::vector<Removed>> remove_servers(db::Tx& tx, const std::vector<ServerId>& servers);

}  // namespace collab::notes
