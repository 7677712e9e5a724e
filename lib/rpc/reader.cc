// SPDX-License-Identifier: Apache-2.0
#include "rpc/reader.h"

#include <atomic>
#include <vector>

#include "base/mutex.h"
#include "rpc/commit_count.h"

namespace collab::rpc {
struct Reader::Shared : std::enable_shared_from_this<Reader::Shared> {
    Shared(Executor& e, Writer& w, Random& r, CurrentSettings s, const Services& v,
           Writer::Connect c)
        : executor(e), writer(w), random(r), settings(s), services(v), connect(std::move(c)) {}

    Executor& executor;
    Writer& writer;
    Random& random;
    const CurrentSettings settings;
    const Services& services;
    const Writer::Connect connect;
    std::atomic<std::int64_t> server{0};

    Mutex mutex;
    std::vector<std::unique_ptr<db::Connection>> idle COLLAB_GUARDED_BY(mutex);
    std::atomic<std::uint64_t> round_trips{0};

    struct Answer {
        Status status;
        Outbox outbox;
        std::uint64_t seq = 0;
    };
    Answer run(const ReadRequest& request);
    Result<std::unique_ptr<db::Connection>> borrow();
};

Reader::Reader(Executor& executor, Writer& writer, Random& random, CurrentSettings settings,
               const Services& services, Writer::Connect connect)
    : shared_(std::make_shared<Shared>(executor, writer, random, settings, services,
                                       std::move(connect))) {}

Reader::~Reader() = default;

void Reader::set_server(ServerId server) {
    shared_->server = server.value;
}

std::uint64_t Reader::round_trips() const {
    return shared_->round_trips;
}

void Reader::submit(ReadRequest request) {
    if (!shared_->connect) {
        shared_->writer.submit({db::Durability::crash, std::move(request.caller), nullptr,
                                std::move(request.work), std::move(request.done)});
        return;
    }
    auto owned = std::make_shared<ReadRequest>(std::move(request));
    shared_->executor.post(Lane::reader, [self = shared_, owned] {
        auto answer = std::make_shared<Shared::Answer>(self->run(*owned));
        self->executor.post(Lane::loop, [self, owned, answer] {
            self->writer.after_seq(answer->seq, [owned, answer] {
                owned->done(std::move(answer->status), std::move(answer->outbox));
            });
        });
    });
}

Result<std::unique_ptr<db::Connection>> Reader::Shared::borrow() {
    {
        const MutexLock lock(mutex);
        if (!idle.empty()) {
            auto connection = std::move(idle.back());
            idle.pop_back();
            return connection;
        }
    }
    return connect();
}

Reader::Shared::Answer Reader::Shared::run(const ReadRequest& request) {
    Answer answer;
    auto borrowed = borrow();
    if (!borrowed.ok()) {
        answer.status = std::move(borrowed).error();
        return answer;
    }
    auto connection = std::move(borrowed).value();
    const auto work = [&]() -> Status {
        COLLAB_DO(connection->begin_read());
        const auto count = connection->send(kReadCount, {server.load()});
        db::Tx tx(*connection);
        const auto& caller = request.caller ? request.caller : nobody();
        Call call{tx,
                  *caller,
                  answer.outbox,
                  random,
                  settings.get(),
                  services,
                  executor.clock().wall_now(),
                  nullptr};
        COLLAB_DO(request.work(call));
        COLLAB_DO(answer.outbox.settle());
        COLLAB_TRY(const auto seq,
                   tx.one(count, [](const db::Row& row) { return row.unsigned_integer(0); }));
        answer.seq = seq.value_or(0);
        return ok();
    };
    const auto before = connection->round_trips();
    answer.status = work();
    round_trips += connection->round_trips() - before;
    if (!answer.status.ok()) answer.outbox = Outbox();
    connection->rollback();
    if (connection->alive()) {
        const MutexLock lock(mutex);
        idle.push_back(std::move(connection));
    }
    return answer;
}

}  // namespace collab::rpc
