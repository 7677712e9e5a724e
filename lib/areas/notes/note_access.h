// SPDX-License-Identifier: Apache-2.0
#pragma once

// What decides about a message into notes: the channel and the rights in it, who has its notes
// open, and the row of the notes. Read again only when the database cannot promise that it is what
// it was (db::Connection::rows_version).

#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "areas/channels/channel_access.h"
#include "areas/notes/note_queries.h"
#include "rpc/call.h"

namespace collab::notes {

struct NoteAccess {
    std::unordered_map<UserId, channels::Access> people;  // whoever asked so far
    std::vector<Collaborator> collaborators;              // in the order in which they joined
    // Locked against other servers until the transaction ends. Who writes the row changes it here,
    // too: rows_version() is not asked about it.
    std::optional<Note> note;
};

// Const, because services are; everything in it is a cache. Thread: writer.
class NoteAccesses {
public:
    // With the caller among its people; in one round trip, or none. Good until the next call. Error
    // no_such_channel.
    Result<NoteAccess*> load(rpc::Call& call, ChannelId channel) const;
    // Adds these users to the people of what load() gave, in one round trip, or none.
    static Status load_people(rpc::Call& call, ChannelId channel, const std::set<UserId>& users,
                              NoteAccess& access);
    // Nobody has these notes open any more.
    void forget(ChannelId channel) const { known_.erase(channel); }

private:
    struct Known {
        std::optional<std::uint64_t> version;
        NoteAccess access;
    };
    mutable std::unordered_map<ChannelId, Known> known_;
};

}  // namespace collab::notes
