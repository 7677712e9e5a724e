// SPDX-License-Identifier: Apache-2.0
#pragma once

// One libpq connection in pipeline mode and the queue of what it still has to answer. It knows
// nothing of transactions. Only for the PostgreSQL driver.

#include <libpq-fe.h>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "db/connection.h"
#include "db/postgres_error.h"
#include "db/postgres_values.h"

namespace collab::db {

class PostgresPipeline {
public:
    PostgresPipeline(PGconn* owned, std::chrono::milliseconds answer_timeout);

    // Queue a statement. A ticket's rows or error are kept for take(); other errors are failure().
    void queue(std::string_view sql, const Values& values, std::optional<Ticket> ticket);
    void queue_control(const std::string& sql);
    // PostgreSQL answers the COMMIT of a transaction that has failed with success, and rolls it
    // back: that is failure(), too.
    void queue_commit();
    // Statements after it run even if one before it failed.
    void queue_barrier();
    // Nobody wants to know any more how what is queued ends.
    void ignore_queued();
    bool has_queued() const { return !queue_.empty(); }
    // A prepared statement may turn out not to exist: wait before using it behind a barrier.
    bool has_queued_prepare() const;
    // Sends what is queued as far as the socket takes it.
    void flush();

    // Ends the queue with a barrier and waits for all answers. A server that is silent for the
    // answer timeout counts as lost. Errors of statements are in take() and failure().
    void wait();
    // Requires that the ticket was queued, not ignored, and waited for.
    std::optional<Result<Rows>> take(Ticket ticket);

    // Runs a script in the simple protocol, however long it takes. Requires !has_queued().
    Status run_script(std::string_view sql);

    // The first error since it was cleared. One that lost the connection stays.
    const std::optional<Error>& failure() const { return failure_; }
    void clear_failure();
    bool alive() const { return alive_; }
    // 40001 or 40P01 was seen since it was cleared.
    bool transaction_failed() const { return transaction_failed_; }
    void clear_transaction_failed() { transaction_failed_ = false; }
    std::uint64_t round_trips() const { return round_trips_; }

private:
    enum class Kind { statement, prepare, commit, barrier };
    struct Queued {
        Kind kind = Kind::statement;
        std::optional<Ticket> ticket = {};
        std::string cache_key = {};
        bool ignored = false;
    };
    struct Finish {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    struct Clear {
        void operator()(PGresult* result) const { PQclear(result); }
    };
    using ResultHandle = std::unique_ptr<PGresult, Clear>;

    void accept(const PGresult* result);
    void note_commit(const PGresult* result);
    Error note_error(const PGresult* result, bool ignored);
    std::string prepared_name(std::string_view sql, const PostgresParameters& parameters);
    Result<ResultHandle> next_result(int silence_ms);
    Status wait_for_socket(int silence_ms);
    void lose(Error error);

    std::unique_ptr<PGconn, Finish> connection_;
    std::chrono::milliseconds answer_timeout_;
    std::deque<Queued> queue_;
    std::map<Ticket, Result<Rows>> answers_;
    std::unordered_map<std::string, std::string> prepared_;  // text and types to name
    std::uint64_t last_name_ = 0;
    std::optional<Error> failure_;
    bool alive_ = true;
    bool transaction_failed_ = false;
    std::uint64_t round_trips_ = 0;
};

}  // namespace collab::db
