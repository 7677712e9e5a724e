// SPDX-License-Identifier: Apache-2.0
#pragma once

// The text of the notes that people have open, kept in memory so that an operation is checked and
// applied without reading the others again. It is a cache of the rows and nothing more: a note in
// it counts only while its stamp is that of the row (note_queries.h). A transaction that was rolled
// back, or another server, leaves a stamp behind that the row does not have, and the note is then
// replayed from its rows.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "areas/notes/note_access.h"
#include "areas/notes/note_queries.h"
#include "text/deferred_operations.h"
#include "text/text_buffer.h"

namespace collab::notes {

// Who sent an operation, as the text library counts senders: a collaborator until he leaves or goes
// on over another connection. What was held for him is then not held for who follows, not even for
// himself: his client does not know that something waits, or sends it again.
using Sender = text::DeferredOperations::Sender;
constexpr Sender sender_of(const Collaborator& collaborator) {
    const auto [server, connection] = collaborator.peer;
    return {std::uint64_t{server} << 32 | connection, collaborator.id};
}

// Who is in the notes, as far as it decides whose operations count.
class Present {
public:
    void add(const Collaborator& collaborator, bool may_edit);
    // Edits and undos at `at` count when `sender` is here, may edit, and the replica id is not
    // another user's (decisions 9).
    bool counts(text::Lamport at, Sender sender) const;
    // Null when the sender may not edit, or is not here.
    const UserId* editor(Sender sender) const;

private:
    std::map<Sender, UserId> editors_;
    std::map<std::uint32_t, UserId> replicas_;
};

// What one message changed.
struct Accepted {
    std::vector<text::DeferredOperations::Delivered> applied;  // new ones, in this order
    std::vector<text::DeferredOperations::Refused> refused;
    // Something that was held before is among the applied, or was in the message again.
    bool met_held = false;
};

// One epoch of a note. Thread: writer.
class OpenNote {
public:
    // Replays the rows. A row that cannot be applied makes the note damaged().
    OpenNote(const Note& note, const History& history);

    // Set: what is stored cannot be trusted; nobody may join or change these notes.
    const std::optional<Error>& damaged() const { return damaged_; }
    bool has_operations() const { return operations_ > 0; }
    const text::TextBuffer& buffer() const { return buffer_; }
    // Whether rows are waiting for others that are not there.
    bool has_early_rows() const { return early_rows_.size() > 0; }

    // For whom something is held, or may be again after a rollback.
    std::set<Sender> waiting() const;
    // Applies what of `batch` and of what was held before can be applied now, and holds the rest
    // for its sender; what is held and does not count any more is forgotten. Refused is also
    // a sender whose user has too much held (decisions 10).
    Accepted accept(std::vector<text::Operation> batch, Sender sender, const Present& present);

    // The rows that accept() led to have been written under this stamp. Until then the note matches
    // nothing, because its buffer is ahead of the rows.
    void set_stamp(std::int64_t stamp) { stamp_ = stamp; }
    bool matches(const Note& note) const { return note.epoch == epoch_ && note.stamp == stamp_; }
    // Takes over what `older` held and reserved, if it is about the same epoch.
    void inherit(OpenNote& older);

    // The user has several windows, and one of them, nobody knows which, goes on writing with this
    // replica id, whatever the rows say: nobody else may get it while he is here.
    void reserve(std::uint32_t replica, UserId user) { reserved_[replica] = user; }
    std::set<std::uint32_t> reserved(const std::vector<Collaborator>& collaborators) const;

private:
    struct Released {
        text::DeferredOperations::Delivered operation;
        std::uint64_t message;  // in which it was applied
    };

    void take(text::DeferredOperations::Delivery delivery, Accepted& accepted);
    void apply_early_rows(Accepted& accepted);
    void forget_uncounted(const Present& present);
    void redeliver_released(Accepted& accepted);
    void refuse_hoarder(Sender sender, const Present& present, Accepted& accepted);

    std::int64_t epoch_;
    std::int64_t stamp_;
    text::TextBuffer buffer_;
    std::size_t operations_ = 0;
    std::optional<Error> damaged_;
    text::DeferredOperations early_rows_;
    text::DeferredOperations held_;
    // Held operations applied by messages whose transaction may yet be rolled back.
    std::vector<Released> released_;
    std::map<std::uint32_t, UserId> reserved_;
    bool replayed_ = false;  // released_ came from an older note and must be delivered again
    std::uint64_t messages_ = 0;
};

// All open notes: call.services.get<OpenNotes>(). Const, because services are; everything in it is
// a cache. Thread: writer.
class OpenNotes {
public:
    // Null when nothing is in memory, or not what the rows say.
    std::shared_ptr<OpenNote> current(const Note& note) const;
    // Keeps it in place of what was known of that note.
    void put(const Note& note, std::shared_ptr<OpenNote> open) const;
    // Nobody has the note open any more.
    void close(const Note& note) const {
        notes_.erase(note.id);
        accesses_.forget(note.channel);
    }
    const NoteAccesses& accesses() const { return accesses_; }

private:
    mutable std::unordered_map<BufferId, std::shared_ptr<OpenNote>> notes_;
    NoteAccesses accesses_;
};

}  // namespace collab::notes
