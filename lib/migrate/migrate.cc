// SPDX-License-Identifier: Apache-2.0
#include "migrate/migrate.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <thread>

#include "config/values.h"
#include "db/database.h"
#include "migrate/migrate_report.h"
#include "schema/migration_script.h"
#include "schema/migrator.h"

namespace collab::migrate {
namespace {

using cli::ExitStatus;
using cli::Outcome;
using std::chrono::milliseconds;

constexpr milliseconds kPoll{250};

Error with_hint(Error error, const std::string& hint) {
    error.tags.push_back("hint=" + hint);
    return error;
}

// What a migrator's error means for the caller and what to type next.
Outcome judged(Error error) {
    switch (error.code) {
        case ErrorCode::conflict:
            return {ExitStatus::integrity,
                    with_hint(error,
                              "'collab-migrate status' shows both sides; restore a backup or "
                              "use the program that made this database")};
        case ErrorCode::unsupported:
            return with_hint(error, "install the newer version of collab");
        case ErrorCode::too_many:
            return with_hint(error, "try again, or raise --lock-timeout");
        case ErrorCode::internal:
            return with_hint(error,
                             "'collab-migrate status' shows what is applied; nothing is "
                             "half-applied, and 'collab-migrate up' goes on from there");
        default:
            return error;
    }
}

Outcome usage(const std::string& message) {
    return {ExitStatus::usage,
            with_hint({ErrorCode::invalid, message}, "see 'collab-migrate --help'")};
}

std::string url_of(const Options& options) {
    if (!options.database_url.empty()) return options.database_url;
    for (const char* name : {"COLLAB_DATABASE_URL", "DATABASE_URL"}) {
        const char* value = std::getenv(name);
        if (value != nullptr && *value != '\0') return value;
    }
    return "";
}

// For verbs that only look: a SQLite file that does not exist yet is not made, it counts as empty.
Result<std::unique_ptr<db::Connection>> open_to_look(const db::Database& database) {
    const bool file = database.dialect() == db::Dialect::sqlite && !database.in_memory();
    if (!file) return database.open();
    if (std::filesystem::exists(database.path())) return database.open_reader();
    COLLAB_TRY(const auto nothing, db::Database::parse("sqlite::memory:"));
    return nothing.open();
}

class Work {
public:
    Work(const Options& options, const Surroundings& surroundings, db::Database database)
        : options_(options), around_(surroundings), database_(std::move(database)) {}

    Outcome up() {
        Duration lock_timeout{};
        if (const auto read = config::parse_value(options_.lock_timeout, lock_timeout); !read.ok())
            return usage("--lock-timeout " + read.error().message);
        if (options_.dry_run) return show_plan(true);
        COLLAB_TRY(const auto connection, database_.open());
        schema::UpOptions up;
        up.lock_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(lock_timeout);
        const bool file = database_.dialect() == db::Dialect::sqlite && !database_.in_memory();
        if (file && !options_.no_backup) up.backup_of = database_.path();
        up.progress = [this](const schema::Applied& applied) {
            if (!options_.json) around_.out << applied_line(applied) << std::flush;
        };
        auto report = migrator(*connection).up(up);
        if (!report.ok()) return judged(std::move(report).error());
        if (!report->backup.empty()) tell("the database as it was is in '" + report->backup + "'");
        tell(report->applied.empty() ? "nothing to do"
                                     : std::to_string(report->applied.size()) + " applied");
        if (options_.json) around_.out << up_json(*report);
        return ExitStatus::success;
    }

    Outcome status() {
        COLLAB_TRY(const auto connection, open_to_look(database_));
        COLLAB_TRY(const auto entries, migrator(*connection).status());
        if (options_.json) {
            around_.out << status_json(entries);
        } else if (!options_.quiet) {
            around_.out << status_table(entries);
        }
        if (!options_.check) return ExitStatus::success;
        Status checked = schema::check_states(entries);
        if (!checked.ok()) return judged(std::move(checked).error());
        const bool pending = std::any_of(entries.begin(), entries.end(), [](const auto& entry) {
            return entry.state == schema::State::pending;
        });
        return pending ? ExitStatus::negative : ExitStatus::success;
    }

    Outcome plan() { return show_plan(false); }

    Outcome verify() {
        COLLAB_TRY(const auto connection, open_to_look(database_));
        COLLAB_TRY(const auto entries, migrator(*connection).status());
        Status checked = schema::check_states(entries);
        if (!checked.ok()) return judged(std::move(checked).error());
        if (options_.json) around_.out << verify_json(entries);
        tell("what is applied is what this program carries");
        return ExitStatus::success;
    }

    Outcome wait() {
        Duration timeout{};
        if (const auto read = config::parse_value(options_.timeout, timeout); !read.ok())
            return usage("--timeout " + read.error().message);
        const auto started = around_.clock.now();
        const auto deadline = started + timeout;
        while (true) {
            const Status reached = reach();
            if (reached.ok()) break;
            if (around_.clock.now() >= deadline) return reached;
            std::this_thread::sleep_for(kPoll);
        }
        const auto waited = around_.clock.now() - started;
        if (options_.json)
            around_.out << wait_json(std::chrono::duration_cast<milliseconds>(waited));
        return ExitStatus::success;
    }

private:
    schema::Migrator migrator(db::Connection& connection) const {
        auto migrations = around_.migrations;
        if (migrations.empty()) migrations = schema::embedded_migrations(database_.dialect());
        return {connection, migrations, around_.clock};
    }

    Outcome show_plan(bool with_sql) {
        COLLAB_TRY(const auto connection, open_to_look(database_));
        auto pending = migrator(*connection).plan();
        if (!pending.ok()) return judged(std::move(pending).error());
        std::vector<std::string> scripts;
        for (const auto& migration : *pending) {
            if (!with_sql) break;
            scripts.push_back(schema::as_script(migration, unix_ms(around_.clock.wall_now())));
        }
        if (options_.json) {
            around_.out << plan_json(*pending, scripts);
        } else if (with_sql) {
            for (const auto& script : scripts) around_.out << script;
        } else {
            around_.out << plan_lines(*pending);
        }
        if (pending->empty()) tell("nothing to do");
        if (!pending->empty() && database_.dialect() == db::Dialect::postgres) {
            tell("back up first: pg_dump -Fc -f collab.dump '" + database_.display() + "'");
        }
        return ExitStatus::success;
    }

    Status reach() const {
        COLLAB_TRY(const auto connection, open_to_look(database_));
        COLLAB_TRY([[maybe_unused]] const auto rows, connection->query("SELECT 1", {}));
        return ok();
    }

    void tell(const std::string& what) const {
        if (!options_.quiet) around_.err << "collab-migrate: " << what << "\n";
    }

    const Options& options_;
    const Surroundings& around_;
    db::Database database_;
};

}  // namespace

Outcome run(const Options& options, const Surroundings& surroundings) {
    const std::string url = url_of(options);
    if (url.empty()) {
        return Outcome(ExitStatus::usage,
                       with_hint({ErrorCode::invalid, "no database was named"},
                                 "use --database-url or set COLLAB_DATABASE_URL or DATABASE_URL"));
    }
    auto database = db::Database::parse(url);
    if (!database.ok()) return usage(database.error().message);
    Work work(options, surroundings, *std::move(database));
    if (options.verb == "up") return work.up();
    if (options.verb == "status") return work.status();
    if (options.verb == "plan") return work.plan();
    if (options.verb == "verify") return work.verify();
    COLLAB_ASSERT(options.verb == "wait");
    return work.wait();
}

Outcome run_here(const Options& options) {
    const SystemClock clock;
    return run(options, {std::cout, std::cerr, clock});
}

}  // namespace collab::migrate
