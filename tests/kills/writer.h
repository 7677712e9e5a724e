// SPDX-License-Identifier: Apache-2.0
#pragma once

// Somebody who goes on writing into channel notes over any number of server processes, as an editor
// does: has what is not known to be stored ready to be sent again, and knows what is.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "bench/client.h"
#include "bench/note_author.h"
#include "kills/stored_notes.h"

namespace collab::kills {

// An operation, and what tells the test that the server had acknowledged it.
struct Written {
    OperationKey key;
    proto::Operation operation;
};

class Writer {
public:
    using Acknowledge = std::function<void(Written)>;

    // Writes as `user` into the notes of these channels, as the seed says. `acknowledge` hears once
    // of each operation that the server must not forget any more.
    Writer(std::int64_t user, std::uint64_t seed, Acknowledge acknowledge);

    // Connects to a server that has just begun, comes back to the notes that were open, and opens
    // those of `channels` that were not.
    void connect(bench::Poller& poller, std::uint16_t port,
                 const std::vector<std::uint64_t>& channels);
    // The server is gone.
    void disconnect();

    // One small thing at random: writes, asks for an answer, closes or opens notes. Never waits.
    void act();

    bench::Client& client() { return *client_; }
    bool connected() const { return client_ != nullptr && !client_->closed(); }
    std::int64_t user() const { return user_; }

private:
    struct Note {
        std::uint64_t channel = 0;
        std::uint64_t epoch = 0;
        std::unique_ptr<bench::NoteAuthor> author;  // null: not open
        std::deque<Written> unknown;                // written, and not known to be stored
        std::optional<std::uint32_t> opening;       // id of the JoinChannelBuffer on its way
    };
    // A Ping on its way: with its answer, so many operations of each note are stored.
    struct Fence {
        std::uint32_t id;
        std::vector<std::pair<std::uint64_t, OperationKey>> last;  // channel, newest operation
    };

    void on_message(const bench::Message& message);
    void on_answer(const bench::Message& message);
    void hear(const bench::Message& message);
    void rejoin();
    void rejoined(Note& note, const proto::RejoinedChannelBuffer& answer);
    void opened(Note& note, const proto::JoinChannelBufferResponse& answer);
    void acknowledge_up_to(Note& note, const OperationKey& last);
    void write(Note& note, std::size_t operations);
    void send(const Note& note, const std::vector<proto::Operation>& operations);
    void open(Note& note);
    void close(Note& note);
    void ping();
    Note* find(std::uint64_t channel);

    std::int64_t user_;
    std::mt19937_64 random_;
    Acknowledge acknowledge_;
    std::unique_ptr<bench::Client> client_;
    std::vector<std::unique_ptr<Note>> notes_;
    std::deque<Fence> fences_;
};

}  // namespace collab::kills
