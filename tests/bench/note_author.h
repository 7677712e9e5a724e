// SPDX-License-Identifier: Apache-2.0
#pragma once

// Somebody who writes into channel notes, as far as the server can tell: keeps what an editor needs
// to make the next operation (clock, version, length of all it has seen), and no text.

#include <cstdint>
#include <map>
#include <random>

#include "proto/notes.pb.h"
#include "text/text_operation.h"

namespace collab::bench {

class NoteAuthor {
public:
    // Begins with what the answer to JoinChannelBuffer said. The seed decides what is written.
    NoteAuthor(const proto::JoinChannelBufferResponse& joined, std::uint64_t seed);

    // The next operation: mostly on from where it was, sometimes elsewhere, sometimes over what
    // stands there; one of twenty undoes or redoes its last edit.
    proto::Operation write();
    // Has applied an operation of somebody else. Edits and undos only.
    void hear(const proto::Operation& operation);

    std::uint32_t replica() const { return replica_; }
    const text::Version& version() const { return version_; }

private:
    void edit(proto::Operation& operation);
    void undo(proto::Operation& operation);
    template <class Message>
    void stamp(Message& message);

    std::mt19937_64 random_;
    std::uint32_t replica_;
    text::Version version_;
    std::uint64_t length_ = 0;  // deleted text included
    std::uint64_t place_ = 0;
    std::uint32_t clock_ = 0;
    std::uint32_t last_edit_ = 0;
    std::uint32_t count_ = 0;  // how often that was undone and redone
};

}  // namespace collab::bench
