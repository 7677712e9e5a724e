// SPDX-License-Identifier: Apache-2.0
#include "support/faulty_connection.h"

namespace collab::test {
namespace {

class FaultyConnection final : public db::Connection {
public:
    FaultyConnection(std::unique_ptr<db::Connection> inner, const Faults& faults)
        : inner_(std::move(inner)), faults_(faults) {}

    db::Dialect dialect() const override { return inner_->dialect(); }

    Result<db::Rows> query(std::string_view sql, const db::Values& values) override {
        COLLAB_DO(trouble());
        return inner_->query(sql, values);
    }
    Status run(std::string_view sql, const db::Values& values) override {
        COLLAB_DO(trouble());
        return inner_->run(sql, values);
    }
    db::Ticket send(std::string_view sql, const db::Values& values) override {
        return inner_->send(sql, values);
    }
    Result<db::Rows> receive(db::Ticket ticket) override {
        COLLAB_DO(reachable());  // the tickets are gone with the connection
        auto rows = inner_->receive(ticket);
        COLLAB_DO(trouble());
        return rows;
    }

    Status begin(db::Durability durability) override {
        failed_ = false;
        COLLAB_DO(reachable());
        return inner_->begin(durability);
    }
    Status begin_read() override {
        failed_ = false;
        COLLAB_DO(reachable());
        return inner_->begin_read();
    }
    Status savepoint() override {
        COLLAB_DO(reachable());
        return inner_->savepoint();
    }
    Status release() override {
        COLLAB_DO(reachable());
        return inner_->release();
    }
    Status rollback_to(std::size_t levels) override {
        COLLAB_DO(reachable());
        return inner_->rollback_to(levels);
    }
    Status commit() override {
        COLLAB_DO(reachable());
        const auto outcome = faults_.commit();
        if (outcome == Faults::Commit::works) return inner_->commit();
        if (outcome == Faults::Commit::lost_after) {
            COLLAB_DO(inner_->commit());
        } else {
            inner_->rollback();
        }
        return lose();
    }
    void rollback() override { inner_->rollback(); }

    bool alive() const override { return alive_ && inner_->alive(); }
    bool transaction_failed() const override { return failed_ || inner_->transaction_failed(); }
    Status run_script(std::string_view sql) override { return inner_->run_script(sql); }
    std::optional<std::uint64_t> rows_version(std::string_view table) override {
        return inner_->rows_version(table);
    }
    std::uint64_t statements() const override { return inner_->statements(); }
    std::uint64_t round_trips() const override { return inner_->round_trips(); }

private:
    Status reachable() {
        if (alive_) return ok();
        return Error{ErrorCode::unavailable, "database: the connection is lost"};
    }
    Status lose() {
        alive_ = false;
        inner_->rollback();
        return reachable();
    }
    Status trouble() {
        COLLAB_DO(reachable());
        if (faults_.lose_connection()) return lose();
        if (faults_.transaction()) {
            failed_ = true;
            return Error{ErrorCode::unavailable, "database: could not serialize access"};
        }
        if (faults_.statement())
            return Error{ErrorCode::internal, "database: the statement failed"};
        return ok();
    }

    std::unique_ptr<db::Connection> inner_;
    const Faults& faults_;
    bool alive_ = true;
    bool failed_ = false;
};

}  // namespace

std::unique_ptr<db::Connection> make_faulty(std::unique_ptr<db::Connection> inner,
                                            const Faults& faults) {
    return std::make_unique<FaultyConnection>(std::move(inner), faults);
}

}  // namespace collab::test
