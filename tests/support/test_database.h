// SPDX-License-Identifier: Apache-2.0
#pragma once

// Real databases for tests: each test gets a fresh, migrated one of its own, and the same tests run
// on SQLite and on PostgreSQL.
//
//     class ChannelsTest : public test::DatabaseTest {};
//     COLLAB_DATABASE_SUITE(ChannelsTest);
//     TEST_P(ChannelsTest, HidesAPrivateChannel) { auto& connection = this->connection(); … }
//
// PostgreSQL is used when COLLAB_TEST_POSTGRES holds the URL of a server (scripts/with-postgres
// sets it); else those tests are reported as skipped.

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "db/database.h"

namespace collab::test {

// A folder that goes with its owner.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

enum class Engine { sqlite, sqlite_in_memory, postgres };

// Why tests on this engine cannot run here, or nothing.
std::optional<std::string> why_skipped(Engine engine);

// A database that is dropped with this object. Requires !why_skipped(engine). Trouble stops the
// test program with a message.
class TestDatabase {
public:
    enum class Content { migrated, empty };

    explicit TestDatabase(Engine engine, Content content = Content::migrated);
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    const db::Database& database() const { return *database_; }
    // As a program takes it on its command line.
    const std::string& url() const { return url_; }
    // One that lives as long as this object; for SQLite in memory the only one that sees the data.
    db::Connection& connection() { return *connection_; }
    // Another one, as further processes or threads would open it. Not for SQLite in memory.
    std::unique_ptr<db::Connection> open() const;

private:
    TemporaryFolder folder_;
    std::string postgres_name_;
    std::string url_;
    std::optional<db::Database> database_;
    std::unique_ptr<db::Connection> connection_;
};

// The fixture of suites that run on both: see COLLAB_DATABASE_SUITE.
class DatabaseTest : public testing::TestWithParam<Engine> {
protected:
    explicit DatabaseTest(TestDatabase::Content content = TestDatabase::Content::migrated)
        : content_(content) {}

    void SetUp() override;
    TestDatabase& test_database() { return *test_database_; }
    db::Connection& connection() { return test_database_->connection(); }
    bool on_postgres() const { return GetParam() == Engine::postgres; }

private:
    TestDatabase::Content content_;
    std::optional<TestDatabase> test_database_;
};

std::string engine_name(const testing::TestParamInfo<Engine>& info);

}  // namespace collab::test

// Runs every TEST_P of a fixture that takes an Engine once on SQLite and once on PostgreSQL.
#define COLLAB_DATABASE_SUITE(Fixture)                                                     \
    INSTANTIATE_TEST_SUITE_P(                                                              \
        On, Fixture,                                                                       \
        testing::Values(::collab::test::Engine::sqlite, ::collab::test::Engine::postgres), \
        ::collab::test::engine_name)

// Runs them on PostgreSQL only: what SQLite does not have, round trips for example.
#define COLLAB_POSTGRES_SUITE(Fixture)                                                       \
    INSTANTIATE_TEST_SUITE_P(On, Fixture, testing::Values(::collab::test::Engine::postgres), \
                             ::collab::test::engine_name)
