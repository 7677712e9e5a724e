// SPDX-License-Identifier: Apache-2.0
#include "db/sqlite_driver.h"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <unordered_map>

#include "base/text.h"
#include "db/statement_text.h"

namespace collab::db {
namespace {

constexpr int kBusyTimeoutMs = 10'000;  // a second server on the same file, or a backup

struct CloseDatabase {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// Where the numbers of rows_version() begin, so that those of two connections are never equal.
std::uint64_t first_version() {
    static std::atomic<std::uint64_t> connections{0};
    return ++connections << 40;
}

class SqliteConnection final : public Connection {
public:
    explicit SqliteConnection(Handle handle) : handle_(std::move(handle)) {
        sqlite3_set_authorizer(handle_.get(), &SqliteConnection::note_changed_table, this);
    }

    Dialect dialect() const override { return Dialect::sqlite; }

    Result<Rows> query(std::string_view sql, const Values& values) override {
        ++statements_;
        COLLAB_TRY(const Cached* const cached, prepared(sql));
        sqlite3_stmt* const statement = cached->statement.get();
        struct Reset {
            sqlite3_stmt* statement;
            ~Reset() {
                sqlite3_reset(statement);
                sqlite3_clear_bindings(statement);
            }
        } reset{statement};
        for (std::size_t i = 0; i < values.size(); ++i) {
            const int index = i < cached->indexes.size() ? cached->indexes[i] : 0;
            if (index == 0) {
                return Error{ErrorCode::internal,
                             "database: no parameter $" + std::to_string(i + 1)};
            }
            COLLAB_DO(bind(statement, index, values[i]));
        }
        for (auto* version : cached->changes) ++*version;
        return step_all(statement);
    }

    Status run(std::string_view sql, const Values& values) override {
        COLLAB_TRY([[maybe_unused]] const auto rows, query(sql, values));
        return ok();
    }

    Ticket send(std::string_view sql, const Values& values) override {
        sent_.emplace(++last_ticket_, query(sql, values));
        return last_ticket_;
    }

    Result<Rows> receive(Ticket ticket) override {
        const auto found = sent_.find(ticket);
        COLLAB_ASSERT(found != sent_.end());
        auto rows = std::move(found->second);
        sent_.erase(found);
        return rows;
    }

    Status begin(Durability durability) override {
        if (!durability_ || *durability_ != durability) {
            COLLAB_DO(run_script(durability == Durability::must ? "PRAGMA synchronous=FULL"
                                                                : "PRAGMA synchronous=NORMAL"));
            durability_ = durability;
        }
        COLLAB_DO(start("BEGIN IMMEDIATE"));
        return look_for_changes_of_others();
    }

    Status begin_read() override { return start("BEGIN"); }
    Status savepoint() override { return control("SAVEPOINT request"); }
    Status release() override { return control("RELEASE request"); }
    Status rollback_to(std::size_t levels) override {
        sent_.clear();
        ++version_;
        for (; levels > 0; --levels) {  // all have one name, which means the innermost
            COLLAB_DO(control("ROLLBACK TO request"));
            COLLAB_DO(control("RELEASE request"));
        }
        return ok();
    }
    Status commit() override {
        Status done = control("COMMIT");
        if (!done.ok()) rollback();  // else the next begin would find this one open
        in_transaction_ = false;
        return done;
    }
    void rollback() override {
        in_transaction_ = false;
        sent_.clear();
        ++version_;
        if (sqlite3_get_autocommit(handle_.get()) == 0) (void)control("ROLLBACK");
    }

    std::optional<std::uint64_t> rows_version(std::string_view table) override {
        return version_ + versions_[std::string(table)];
    }

    bool alive() const override { return true; }
    bool transaction_failed() const override {
        return in_transaction_ && sqlite3_get_autocommit(handle_.get()) != 0;
    }

    Status run_script(std::string_view sql) override {
        ++version_;
        const char* const end = sql.data() + sql.size();
        const char* rest = sql.data();
        while (rest != end) {
            const char* const start = rest;
            sqlite3_stmt* raw = nullptr;
            const int code = sqlite3_prepare_v2(handle_.get(), start, static_cast<int>(end - start),
                                                &raw, &rest);
            const Statement statement(raw);
            if (code != SQLITE_OK) return script_error(sql, start);
            if (raw == nullptr) continue;  // white space or a comment
            if (!step_all(raw).ok()) return script_error(sql, start);
        }
        return ok();
    }

    std::uint64_t statements() const override { return statements_; }
    std::uint64_t round_trips() const override { return statements_; }

private:
    Status start(const char* sql) {
        sent_.clear();
        COLLAB_DO(control(sql));
        in_transaction_ = true;
        return ok();
    }

    Status look_for_changes_of_others() {
        COLLAB_TRY(const Cached* const cached, prepared("PRAGMA data_version"));
        COLLAB_TRY(const auto rows, step_all(cached->statement.get()));
        sqlite3_reset(cached->statement.get());
        const auto before = std::exchange(data_version_, rows[0].integer(0));
        if (before != data_version_) ++version_;
        return ok();
    }

    // Requires a constant.
    Status control(const char* sql) {
        COLLAB_TRY(const Cached* const cached, prepared(sql));
        sqlite3_stmt* const statement = cached->statement.get();
        const int code = sqlite3_step(statement);
        Status status = code == SQLITE_DONE ? ok() : Status(error());
        sqlite3_reset(statement);
        return status;
    }

    Error error() const {
        const int code = sqlite3_extended_errcode(handle_.get());
        const std::string message = std::string("database: ") + sqlite3_errmsg(handle_.get());
        switch (code & 0xff) {
            case SQLITE_CONSTRAINT:
                return {ErrorCode::conflict, message};
            case SQLITE_BUSY:
            case SQLITE_FULL:
            case SQLITE_IOERR:
            case SQLITE_CANTOPEN:
                return {ErrorCode::unavailable, message};
            default:
                return {ErrorCode::internal, message};
        }
    }

    // The line where the failing statement starts, or the very spot when SQLite knows it.
    Error script_error(std::string_view script, const char* statement) const {
        Error failed = error();
        const int offset = std::max(sqlite3_error_offset(handle_.get()), 0);
        const auto at = static_cast<std::size_t>(statement - script.data()) + offset;
        failed.message += " (line " + std::to_string(line_at(script, at)) + ")";
        return failed;
    }

    struct Cached {
        std::string sql;
        Statement statement;
        std::vector<int> indexes;             // what SQLite calls $1, $2, …; 0: not there
        std::vector<std::uint64_t*> changes;  // of versions_: the tables that it may change
    };

    Result<const Cached*> prepared(std::string_view sql) {
        const auto found = cache_.find(sql.data());
        if (found != cache_.end() && found->second.sql == sql) return &found->second;
        const std::string text = expand_ids(sql, Dialect::sqlite);
        changed_tables_.clear();
        sqlite3_stmt* raw = nullptr;
        const int code =
            sqlite3_prepare_v3(handle_.get(), text.c_str(), static_cast<int>(text.size()),
                               SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
        if (code != SQLITE_OK) return error();
        Cached cached{std::string(sql), Statement(raw), indexes_of(raw), {}};
        for (const auto& table : changed_tables_) cached.changes.push_back(&versions_[table]);
        return &(cache_[sql.data()] = std::move(cached));
    }

    // `$1` is a name to SQLite, numbered by where it appears first: look the numbers up.
    static std::vector<int> indexes_of(sqlite3_stmt* statement) {
        std::vector<int> indexes;
        for (int index = 1; index <= sqlite3_bind_parameter_count(statement); ++index) {
            const char* const name = sqlite3_bind_parameter_name(statement, index);
            const auto number = name == nullptr ? std::nullopt : parse_int64(name + 1);
            if (!number || *number < 1) continue;
            const auto at = static_cast<std::size_t>(*number);
            if (indexes.size() < at) indexes.resize(at);
            indexes[at - 1] = index;
        }
        return indexes;
    }

    // SQLite asks this about all that a statement does, in triggers and foreign keys, too.
    static int note_changed_table(void* self, int action, const char* table, const char*,
                                  const char*, const char*) {
        if (action == SQLITE_INSERT || action == SQLITE_UPDATE || action == SQLITE_DELETE) {
            static_cast<SqliteConnection*>(self)->changed_tables_.emplace_back(table);
        }
        return SQLITE_OK;
    }

    // The value must live until the statement is reset.
    Status bind(sqlite3_stmt* statement, int index, const Value& value) {
        int code = SQLITE_OK;
        struct Binder {
            sqlite3_stmt* statement;
            int index;
            int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
            int operator()(std::int64_t v) const { return sqlite3_bind_int64(statement, index, v); }
            int operator()(bool v) const { return sqlite3_bind_int64(statement, index, v ? 1 : 0); }
            int operator()(const std::string& v) const {
                return sqlite3_bind_text64(statement, index, v.data(), v.size(), SQLITE_STATIC,
                                           SQLITE_UTF8);
            }
            int operator()(const Value::Bytes& v) const {
                return sqlite3_bind_blob64(statement, index, v.bytes.data(), v.bytes.size(),
                                           SQLITE_STATIC);
            }
            int operator()(const std::vector<std::int64_t>& v) const {
                std::string json = "[";
                for (const auto id : v) json += (json.size() > 1 ? "," : "") + std::to_string(id);
                json += "]";
                return sqlite3_bind_text64(statement, index, json.data(), json.size(),
                                           SQLITE_TRANSIENT, SQLITE_UTF8);
            }
        };
        code = std::visit(Binder{statement, index}, value.variant());
        if (code != SQLITE_OK) return error();
        return ok();
    }

    Result<Rows> step_all(sqlite3_stmt* statement) {
        Rows rows;
        rows.columns = sqlite3_column_count(statement);
        while (true) {
            const int code = sqlite3_step(statement);
            if (code == SQLITE_DONE) break;
            if (code != SQLITE_ROW) return error();
            for (int i = 0; i < rows.columns; ++i) rows.cells.push_back(column(statement, i));
        }
        // Only statements that change rows set the count; others would show an old one.
        if (!sqlite3_stmt_readonly(statement)) rows.affected = sqlite3_changes64(handle_.get());
        return rows;
    }

    static Cell column(sqlite3_stmt* statement, int i) {
        switch (sqlite3_column_type(statement, i)) {
            case SQLITE_NULL:
                return {};
            case SQLITE_INTEGER:
                return sqlite3_column_int64(statement, i);
            default: {
                const void* bytes = sqlite3_column_blob(statement, i);
                const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, i));
                return size == 0 ? std::string()
                                 : std::string(static_cast<const char*>(bytes), size);
            }
        }
    }

    Handle handle_;
    // Keyed by where the text stands: statements are constants. The text is compared all the same.
    std::unordered_map<const char*, Cached> cache_;
    // What rows_version() says: one number for all tables plus one for each. All only grow.
    std::uint64_t version_ = first_version();
    std::unordered_map<std::string, std::uint64_t> versions_;  // addresses stay the same
    std::int64_t data_version_ = 0;
    std::vector<std::string> changed_tables_;  // by the statement that is being prepared
    std::map<Ticket, Result<Rows>> sent_;
    Ticket last_ticket_ = 0;
    std::optional<Durability> durability_;
    bool in_transaction_ = false;
    std::uint64_t statements_ = 0;
};

}  // namespace

Result<std::unique_ptr<Connection>> open_sqlite(const std::string& path, SqliteMode mode) {
    int flags = SQLITE_OPEN_NOMUTEX;
    flags |= mode == SqliteMode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (mode == SqliteMode::create) flags |= SQLITE_OPEN_CREATE;
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    Handle handle(raw);
    if (code != SQLITE_OK) {
        return Error{ErrorCode::unavailable, "cannot open '" + path + "': " +
                                                 (raw ? sqlite3_errmsg(raw) : "out of memory")};
    }
    sqlite3_busy_timeout(raw, kBusyTimeoutMs);
    auto connection = std::make_unique<SqliteConnection>(std::move(handle));
    COLLAB_DO(connection->run_script("PRAGMA foreign_keys=ON; PRAGMA case_sensitive_like=OFF"));
    if (mode != SqliteMode::read_only && path != ":memory:") {
        COLLAB_DO(connection->run_script("PRAGMA journal_mode=WAL"));
    }
    return std::unique_ptr<Connection>(std::move(connection));
}

}  // namespace collab::db
