// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one way to change rows. Requests queue up; the writer's thread takes what is there, runs each
// in a savepoint of one transaction, commits once and hands the outboxes back to the loop in commit
// order. On PostgreSQL neighbours that can say beforehand what they need from the database are
// asked together and share a round trip. HACKING.md, "threads" and "durability".

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/executor.h"
#include "db/database.h"
#include "rpc/call.h"

namespace collab::rpc {

// A piece of work in a transaction. May be run more than once; must have no effect but its rows and
// its outbox.
struct WriteRequest {
    db::Durability durability = db::Durability::must;
    std::shared_ptr<const Caller> caller;
    wire::Body frame;
    std::function<Status(Call&)> work;
    // On the loop, once, in commit order. On an error the outbox is empty.
    std::function<void(Status, Outbox)> done;
    // Runs before `work`, with the same Call, and starts (tx.send) statements, all of which `work`
    // fetches. True: `work` will start no others, so the next request may be asked before it runs.
    // Optional; a promise that is not kept costs time only.
    std::function<bool(Call&)> ask = {};
};

class Writer {
public:
    // How many requests share a commit at most, fewer on PostgreSQL, where others may wait for the
    // locks of a batch (decisions 35), and for how long they are run.
    static constexpr std::size_t kMaxBatch = 256;
    static constexpr std::size_t kMaxPostgresBatch = 32;
    static constexpr Duration kMaxBatchTime = std::chrono::milliseconds(5);
    // How many requests of a batch are asked together at most.
    static constexpr std::size_t kMaxAsked = 16;

    // `connect` opens a connection again and again: at start and after a loss. The references must
    // outlive the writer. `random` is used on the writer's thread only.
    using Connect = std::function<Result<std::unique_ptr<db::Connection>>()>;
    Writer(Executor& executor, Random& random, CurrentSettings settings, const Services& services,
           Connect connect);
    ~Writer();

    // The row of commit_seq that counts our batches. Before the first submit().
    void set_server(ServerId server);

    // Thread: loop.
    void submit(WriteRequest request);

    // The number of the newest batch whose outboxes have been delivered. Thread: loop.
    std::uint64_t delivered_seq() const;
    // Runs `next` once batch `seq` has been delivered; at once if it was. Thread: loop.
    void after_seq(std::uint64_t seq, std::function<void()> next);

    // Of the write connection; for tests and metrics. Thread: any, exact when the writer is idle.
    std::uint64_t statements() const;
    std::uint64_t round_trips() const;
    bool connected() const;
    std::size_t queued() const;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

}  // namespace collab::rpc
