// SPDX-License-Identifier: Apache-2.0
#include "support/test_database.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "base/clock.h"
#include "schema/migrator.h"

namespace collab::test {
namespace {

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "test database: %s\n", why.c_str());
    std::abort();
}

void need(const Status& status) {
    if (!status.ok()) stop(status.error().message);
}

template <class T>
T need(Result<T> result) {
    if (!result.ok()) stop(result.error().message);
    return std::move(result).value();
}

const char* postgres_base() {
    return std::getenv("COLLAB_TEST_POSTGRES");
}

// postgres://user@/postgres?host=… with another database name.
std::string postgres_url(const std::string& name) {
    const std::string base = postgres_base();
    const auto authority = base.find("://") + 3;
    const auto slash = base.find('/', authority);
    const auto question = base.find('?', authority);
    return base.substr(0, std::min(slash, question)) + "/" + name +
           (question == std::string::npos ? "" : base.substr(question));
}

std::unique_ptr<db::Connection> open_url(const std::string& url) {
    return need(need(db::Database::parse(url)).open());
}

db::Connection& administrator() {
    static const auto connection = open_url(postgres_base());
    return *connection;
}

void migrate(db::Connection& connection) {
    const SystemClock clock;
    schema::Migrator migrator(connection, schema::embedded_migrations(connection.dialect()), clock);
    need(migrator.up({}));
}

// Migrated once per server and schema, whichever test program comes first.
std::string migrated_template() {
    static const std::string name = [] {
        std::string schema;
        for (const auto& migration : schema::embedded_migrations(db::Dialect::postgres)) {
            schema += migration.checksum.substr(0, 8);
        }
        schema = "template_" + schema.substr(0, 40);
        auto& admin = administrator();
        need(admin.run_script("SELECT pg_advisory_lock(7231)"));
        const auto found =
            need(admin.query("SELECT 1 FROM pg_database WHERE datname = $1", {schema}));
        if (found.size() == 0) {
            need(admin.run_script("DROP DATABASE IF EXISTS template_unfinished"));
            need(admin.run_script("CREATE DATABASE template_unfinished"));
            migrate(*open_url(postgres_url("template_unfinished")));
            need(admin.run_script("ALTER DATABASE template_unfinished RENAME TO " + schema));
        }
        need(admin.run_script("SELECT pg_advisory_unlock(7231)"));
        return schema;
    }();
    return name;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "collab-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) stop("cannot make a temporary folder");
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::optional<std::string> why_skipped(Engine engine) {
    if (engine != Engine::postgres || postgres_base() != nullptr) return {};
    return "no PostgreSQL: COLLAB_TEST_POSTGRES is not set (scripts/with-postgres sets it)";
}

TestDatabase::TestDatabase(Engine engine, Content content) {
    if (engine == Engine::postgres) {
        static std::atomic<int> counter = 0;
        postgres_name_ = "test_" + std::to_string(::getpid()) + "_" + std::to_string(++counter);
        std::string sql = "CREATE DATABASE " + postgres_name_;
        if (content == Content::migrated) sql += " TEMPLATE " + migrated_template();
        need(administrator().run_script(sql));
        url_ = postgres_url(postgres_name_);
    } else if (engine == Engine::sqlite_in_memory) {
        url_ = "sqlite::memory:";
    } else {
        url_ = "sqlite:" + (folder_.path() / "collab.db").string();
    }
    database_ = need(db::Database::parse(url_));
    connection_ = need(database_->open());
    if (engine != Engine::postgres && content == Content::migrated) migrate(*connection_);
}

TestDatabase::~TestDatabase() {
    connection_.reset();
    if (postgres_name_.empty()) return;
    need(administrator().run_script("DROP DATABASE " + postgres_name_ + " WITH (FORCE)"));
}

std::unique_ptr<db::Connection> TestDatabase::open() const {
    return need(database_->open());
}

void DatabaseTest::SetUp() {
    if (const auto reason = why_skipped(GetParam())) GTEST_SKIP() << *reason;
    test_database_.emplace(GetParam(), content_);
}

std::string engine_name(const testing::TestParamInfo<Engine>& info) {
    switch (info.param) {
        case Engine::sqlite:
            return "Sqlite";
        case Engine::sqlite_in_memory:
            return "SqliteInMemory";
        case Engine::postgres:
            return "Postgres";
    }
    return "";
}

}  // namespace collab::test
