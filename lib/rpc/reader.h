// SPDX-License-Identifier: Apache-2.0
#pragma once

// Requests that only look: run on a few threads beside the writer, each on a snapshot. An answer is
// handed over once the loop has applied the commit that its snapshot shows, so it is never older
// or newer than what was pushed before it. Without reader connections (SQLite in memory) they run
// on the writer.

#include <functional>
#include <memory>

#include "rpc/writer.h"

namespace collab::rpc {

struct ReadRequest {
    std::shared_ptr<const Caller> caller;
    std::function<Status(Call&)> work;         // changes nothing
    std::function<void(Status, Outbox)> done;  // on the loop
};

class Reader {
public:
    // `connect` is empty when reads run on the writer. The references must outlive the reader.
    Reader(Executor& executor, Writer& writer, Random& random, CurrentSettings settings,
           const Services& services, Writer::Connect connect);
    ~Reader();

    void set_server(ServerId server);

    // Thread: loop.
    void submit(ReadRequest request);

    // Of all readers so far.
    std::uint64_t round_trips() const;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

}  // namespace collab::rpc
