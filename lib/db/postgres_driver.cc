// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_driver.h"

#include <vector>

#include "db/postgres_pipeline.h"

namespace collab::db {
namespace {

class PostgresConnection final : public Connection {
public:
    explicit PostgresConnection(std::unique_ptr<PostgresPipeline> pipeline)
        : pipeline_(std::move(pipeline)) {}

    Dialect dialect() const override { return Dialect::postgres; }

    Result<Rows> query(std::string_view sql, const Values& values) override {
        return receive(send(sql, values));
    }

    Status run(std::string_view sql, const Values& values) override {
        if (!in_transaction_) {
            COLLAB_TRY([[maybe_unused]] const auto rows, query(sql, values));
            return ok();
        }
        if (const auto& failed = pipeline_->failure()) return *failed;
        ++statements_;
        pipeline_->queue(sql, values, {});
        unanswered_ = true;
        return status();
    }

    Ticket send(std::string_view sql, const Values& values) override {
        ++statements_;
        ++last_ticket_;
        if (pipeline_->failure()) return last_ticket_;  // receive() tells
        pipeline_->queue(sql, values, last_ticket_);
        unanswered_ = true;
        return last_ticket_;
    }

    Result<Rows> receive(Ticket ticket) override {
        auto rows = pipeline_->take(ticket);
        if (!rows && !pipeline_->failure()) {
            wait();
            rows = pipeline_->take(ticket);
        }
        const auto failed = pipeline_->failure();
        if (!in_transaction_) pipeline_->clear_failure();
        if (rows) return *std::move(rows);
        COLLAB_ASSERT(failed.has_value());
        return *failed;
    }

    Status begin(Durability durability) override {
        COLLAB_DO(start("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"));
        if (durability == Durability::crash) {
            pipeline_->queue_control("SET LOCAL synchronous_commit = off");
        }
        return status();
    }

    Status begin_read() override {
        return start("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    }

    // A name is never used again: after an error the server knows fewer savepoints than we do, and
    // must not take an old one for the one that is meant.
    Status savepoint() override {
        savepoints_.push_back("request_" + std::to_string(++last_savepoint_));
        return control("SAVEPOINT " + savepoints_.back());
    }

    Status release() override {
        if (const auto& failed = pipeline_->failure()) return *failed;
        COLLAB_ASSERT(!savepoints_.empty());
        pipeline_->queue_control("RELEASE SAVEPOINT " + savepoints_.back());
        if (unanswered_) wait();
        COLLAB_DO(status());
        savepoints_.pop_back();
        return ok();
    }

    Status rollback_to(std::size_t levels) override {
        forget_queued();
        const std::string outermost = close_savepoints(levels);
        pipeline_->queue_control("ROLLBACK TO SAVEPOINT " + outermost);
        pipeline_->queue_control("RELEASE SAVEPOINT " + outermost);
        return status();
    }

    Status commit() override {
        if (!pipeline_->failure()) {
            pipeline_->queue_commit();
            wait();
        }
        const auto failed = pipeline_->failure();
        if (failed) {  // COMMIT did not run
            rollback();
            return *failed;
        }
        in_transaction_ = false;
        return ok();
    }

    void rollback() override {
        if (!in_transaction_) return;
        in_transaction_ = false;
        forget_queued();
        pipeline_->queue_control("ROLLBACK");
        pipeline_->queue_barrier();
        pipeline_->flush();
    }

    bool alive() const override { return pipeline_->alive(); }
    bool transaction_failed() const override {
        return in_transaction_ && pipeline_->transaction_failed();
    }

    Status run_script(std::string_view sql) override {
        if (pipeline_->has_queued()) wait();
        if (const auto& failed = pipeline_->failure()) return *failed;
        Status done = pipeline_->run_script(sql);
        if (!in_transaction_) pipeline_->clear_failure();
        return done;
    }

    std::optional<std::uint64_t> rows_version(std::string_view) override { return {}; }
    std::uint64_t statements() const override { return statements_; }
    std::uint64_t round_trips() const override { return pipeline_->round_trips(); }

private:
    Status status() const {
        if (const auto& failed = pipeline_->failure()) return *failed;
        return ok();
    }

    void wait() {
        pipeline_->wait();
        unanswered_ = false;
    }

    Status start(const char* sql) {
        COLLAB_ASSERT(!in_transaction_);
        savepoints_.clear();
        pipeline_->clear_failure();
        pipeline_->clear_transaction_failed();
        pipeline_->queue_control(sql);
        COLLAB_DO(status());
        in_transaction_ = true;
        return ok();
    }

    // The name of the outermost of those that are closed.
    std::string close_savepoints(std::size_t levels) {
        COLLAB_ASSERT(levels > 0 && levels <= savepoints_.size());
        std::string outermost = std::move(savepoints_[savepoints_.size() - levels]);
        savepoints_.resize(savepoints_.size() - levels);
        return outermost;
    }

    Status control(const std::string& sql) {
        if (const auto& failed = pipeline_->failure()) return *failed;
        pipeline_->queue_control(sql);
        return status();
    }

    // Leaves a pipeline that takes statements, whatever becomes of those that are under way.
    void forget_queued() {
        pipeline_->ignore_queued();
        if (pipeline_->has_queued_prepare()) {
            wait();
        } else if (pipeline_->has_queued()) {
            pipeline_->queue_barrier();
        }
        unanswered_ = false;
        pipeline_->clear_failure();
    }

    std::unique_ptr<PostgresPipeline> pipeline_;
    Ticket last_ticket_ = 0;
    std::vector<std::string> savepoints_;  // that are open, the innermost last
    std::uint64_t last_savepoint_ = 0;
    bool in_transaction_ = false;
    bool unanswered_ = false;  // a statement whose error is not known yet
    std::uint64_t statements_ = 0;
};

}  // namespace

Result<std::unique_ptr<Connection>> open_postgres(const std::string& url,
                                                  const PostgresOptions& options) {
    const std::string timeout = std::to_string(options.connect_timeout.count());
    // What stands before dbname, the URL, is a default; what follows it wins.
    const char* const keywords[] = {"connect_timeout",           "keepalives",
                                    "keepalives_idle",           "keepalives_interval",
                                    "keepalives_count",          "tcp_user_timeout",
                                    "fallback_application_name", "dbname",
                                    "client_encoding",           nullptr};
    const char* const values[] = {timeout.c_str(), "1",      "10",        "5",    "3",
                                  "15000",         "collab", url.c_str(), "UTF8", nullptr};
    PGconn* const connection = PQconnectdbParams(keywords, values, 1);
    if (connection == nullptr) return Error{ErrorCode::unavailable, "database: out of memory"};
    auto pipeline = std::make_unique<PostgresPipeline>(connection, options.answer_timeout);
    if (PQstatus(connection) != CONNECTION_OK) return connection_error(connection);
    if (!pipeline->alive()) return *pipeline->failure();
    return std::unique_ptr<Connection>(std::make_unique<PostgresConnection>(std::move(pipeline)));
}

}  // namespace collab::db
