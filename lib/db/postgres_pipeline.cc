// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_pipeline.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "db/postgres_values.h"
#include "db/statement_text.h"

namespace collab::db {
namespace {

constexpr int kBinary = 1;
constexpr int kForEver = -1;

// Where in bytes a position that PostgreSQL counts in characters, from 1, is.
std::size_t byte_offset(std::string_view text, int position) {
    std::size_t at = 0;
    for (int characters = 1; at < text.size(); ++at) {
        const bool continues = (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
        if (!continues && characters++ == position) break;
    }
    return at;
}

}  // namespace

PostgresPipeline::PostgresPipeline(PGconn* owned, std::chrono::milliseconds answer_timeout)
    : connection_(owned), answer_timeout_(answer_timeout) {
    PQsetNoticeReceiver(
        owned, [](void*, const PGresult*) {}, nullptr);
    const bool ready = PQsetnonblocking(owned, 1) == 0 && PQenterPipelineMode(owned) == 1;
    if (!ready) lose(connection_error(owned));
}

void PostgresPipeline::queue(std::string_view sql, const Values& values,
                             std::optional<Ticket> ticket) {
    if (!alive_) return;
    const PostgresParameters parameters(values);
    const std::string name = prepared_name(sql, parameters);
    if (!alive_) return;
    const int sent = PQsendQueryPrepared(connection_.get(), name.c_str(), parameters.count(),
                                         parameters.values(), parameters.lengths(),
                                         parameters.formats(), kBinary);
    if (sent != 1) return lose(connection_error(connection_.get()));
    queue_.push_back({.ticket = ticket});
}

std::string PostgresPipeline::prepared_name(std::string_view sql,
                                            const PostgresParameters& parameters) {
    const std::string key = std::string(sql) + parameters.signature();
    if (const auto found = prepared_.find(key); found != prepared_.end()) return found->second;
    std::string name = "s" + std::to_string(++last_name_);
    const std::string text = expand_ids(sql, Dialect::postgres);
    if (PQsendPrepare(connection_.get(), name.c_str(), text.c_str(), parameters.count(),
                      parameters.types()) != 1) {
        lose(connection_error(connection_.get()));
        return name;
    }
    queue_.push_back({.kind = Kind::prepare, .cache_key = key});
    prepared_.emplace(key, name);
    return name;
}

void PostgresPipeline::queue_control(const std::string& sql) {
    if (!alive_) return;
    if (PQsendQueryParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr,
                          kBinary) != 1) {
        return lose(connection_error(connection_.get()));
    }
    queue_.push_back({});
}

void PostgresPipeline::queue_commit() {
    queue_control("COMMIT");
    if (alive_) queue_.back().kind = Kind::commit;
}

void PostgresPipeline::queue_barrier() {
    if (!alive_) return;
    if (PQpipelineSync(connection_.get()) != 1) return lose(connection_error(connection_.get()));
    queue_.push_back({.kind = Kind::barrier});
}

void PostgresPipeline::ignore_queued() {
    for (auto& queued : queue_) {
        queued.ignored = true;
        queued.ticket.reset();
    }
    answers_.clear();
}

bool PostgresPipeline::has_queued_prepare() const {
    return std::any_of(queue_.begin(), queue_.end(),
                       [](const Queued& queued) { return queued.kind == Kind::prepare; });
}

void PostgresPipeline::flush() {
    if (alive_ && PQflush(connection_.get()) < 0) lose(connection_error(connection_.get()));
}

void PostgresPipeline::wait() {
    queue_barrier();
    ++round_trips_;
    while (alive_ && !queue_.empty()) {
        auto result = next_result(static_cast<int>(answer_timeout_.count()));
        if (!result.ok()) return lose(std::move(result).error());
        if (*result == nullptr) {  // the end of one statement's results
            queue_.pop_front();
            continue;
        }
        accept(result->get());
        if (PQresultStatus(result->get()) == PGRES_PIPELINE_SYNC) queue_.pop_front();
    }
}

// One result of the statement at the head of the queue.
void PostgresPipeline::accept(const PGresult* result) {
    const Queued queued = queue_.front();  // a copy: a lost connection empties the queue
    switch (PQresultStatus(result)) {
        case PGRES_PIPELINE_SYNC:
        case PGRES_EMPTY_QUERY:
            return;
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
            if (queued.kind == Kind::commit) note_commit(result);
            if (queued.ticket) answers_.insert_or_assign(*queued.ticket, decode_rows(result));
            return;
        default:
            break;
    }
    if (queued.kind == Kind::prepare) prepared_.erase(queued.cache_key);
    Error error = note_error(result, queued.ignored);
    if (queued.ticket) answers_.insert_or_assign(*queued.ticket, std::move(error));
}

void PostgresPipeline::note_commit(const PGresult* result) {
    const std::string_view tag = PQcmdStatus(const_cast<PGresult*>(result));
    if (tag == "COMMIT" || failure_) return;
    failure_ = Error{ErrorCode::internal, "database: the transaction had failed"};
}

// What follows a failed statement is not run; its error is that of the statement.
Error PostgresPipeline::note_error(const PGresult* result, bool ignored) {
    if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED) {
        return failure_.value_or(
            Error{ErrorCode::internal, "database: not run after an earlier error"});
    }
    auto meaning = postgres_error(result);
    if (meaning.transaction_failed) transaction_failed_ = true;
    if (meaning.lost) {
        lose(meaning.error);
    } else if (!ignored && !failure_) {
        failure_ = meaning.error;
    }
    return meaning.error;
}

std::optional<Result<Rows>> PostgresPipeline::take(Ticket ticket) {
    const auto found = answers_.find(ticket);
    if (found == answers_.end()) return {};
    auto rows = std::move(found->second);
    answers_.erase(found);
    return rows;
}

void PostgresPipeline::clear_failure() {
    if (alive_) failure_.reset();
}

Status PostgresPipeline::run_script(std::string_view sql) {
    if (!alive_) return *failure_;
    const std::string text(sql);
    ++round_trips_;
    if (PQexitPipelineMode(connection_.get()) != 1 ||
        PQsendQuery(connection_.get(), text.c_str()) != 1) {
        lose(connection_error(connection_.get()));
        return *failure_;
    }
    Status done;
    while (true) {
        auto result = next_result(kForEver);
        if (!result.ok()) {
            lose(std::move(result).error());
            return *failure_;
        }
        const PGresult* answer = result->get();
        if (answer == nullptr) break;
        if (PQresultStatus(answer) != PGRES_FATAL_ERROR) continue;
        Error error = note_error(answer, false);
        if (const char* at = PQresultErrorField(answer, PG_DIAG_STATEMENT_POSITION)) {
            const auto offset = byte_offset(sql, std::atoi(at));
            error.message += " (line " + std::to_string(line_at(sql, offset)) + ")";
        }
        done = error;
    }
    if (alive_ && PQenterPipelineMode(connection_.get()) != 1) {
        lose(connection_error(connection_.get()));
    }
    return done;
}

Result<PostgresPipeline::ResultHandle> PostgresPipeline::next_result(int silence_ms) {
    while (PQisBusy(connection_.get())) COLLAB_DO(wait_for_socket(silence_ms));
    return ResultHandle(PQgetResult(connection_.get()));
}

// Both directions: a server that cannot send its answers takes no more statements.
Status PostgresPipeline::wait_for_socket(int silence_ms) {
    const int unsent = PQflush(connection_.get());
    if (unsent < 0) return connection_error(connection_.get());
    pollfd entry{PQsocket(connection_.get()), POLLIN, 0};
    if (unsent > 0) entry.events |= POLLOUT;
    const int ready = ::poll(&entry, 1, silence_ms);
    if (ready == 0) {
        return Error{ErrorCode::unavailable,
                     "database: no answer within " + std::to_string(silence_ms) + " ms"};
    }
    if (ready < 0 && errno != EINTR) {
        return Error{ErrorCode::unavailable, "database: cannot wait for the connection"};
    }
    if ((entry.revents & ~POLLOUT) != 0 && PQconsumeInput(connection_.get()) != 1) {
        return connection_error(connection_.get());
    }
    return ok();
}

void PostgresPipeline::lose(Error error) {
    if (!alive_) return;
    alive_ = false;
    failure_ = std::move(error);
    queue_.clear();
}

}  // namespace collab::db
