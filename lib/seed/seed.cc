// SPDX-License-Identifier: Apache-2.0
#include "seed/seed.h"

#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "areas/users/access_tokens.h"
#include "areas/users/user_admin.h"
#include "config/default_paths.h"
#include "db/database.h"
#include "schema/migrate_for_start.h"
#include "seed/apply.h"
#include "seed/seed_file.h"
#include "seed/seed_report.h"

namespace collab::seed {
namespace {

using cli::ExitStatus;
using cli::Outcome;

Error with_hint(Error error, const std::string& hint) {
    error.tags.push_back("hint=" + hint);
    return error;
}

// The database of local mode, whose folder is made as a server would make it.
Result<std::string> default_url(const Surroundings& around, bool make) {
    const auto folder = config::default_state_directory(around.environment, around.root);
    std::error_code failed;
    if (make && std::filesystem::create_directories(folder, failed))
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
    if (failed)
        return Error{ErrorCode::unavailable,
                     "cannot make the state directory '" + folder + "': " + failed.message()};
    return "sqlite:" + config::database_in(folder);
}

// A change is made in one transaction; one that is only looked at is rolled back.
enum class Ending { commit, rollback };

class Work {
public:
    Work(const Options& options, const Surroundings& surroundings)
        : options_(options), around_(surroundings) {}

    Outcome apply() {
        auto text = config::read_file(options_.file);
        if (!text.ok()) return std::move(text).error();
        auto wanted = parse_seed(options_.file, *text);
        if (!wanted.ok()) return {ExitStatus::usage, std::move(wanted).error()};
        const bool dry = options_.dry_run || options_.check;
        COLLAB_TRY(const auto changes,
                   in_transaction(dry ? Ending::rollback : Ending::commit, [&](db::Tx& tx) {
                       return seed::apply(tx, around_.clock.wall_now(), around_.random, *wanted);
                   }));
        around_.out << (options_.json ? changes_json(changes, dry) : change_lines(changes));
        tell(change_counts(changes) + (dry ? "; nothing was changed" : ""));
        if (options_.check && changes_anything(changes)) return ExitStatus::negative;
        return ExitStatus::success;
    }

    Outcome user() {
        std::optional<std::string> token;
        COLLAB_TRY(const auto change, in_transaction(Ending::commit, [&](db::Tx& tx) {
                       return ensure_user(tx, token);
                   }));
        if (options_.json) {
            around_.out << user_json(change, token);
        } else if (token) {
            around_.out << change.id << ' ' << *token << '\n';
        } else {
            around_.out << change_lines({change});
        }
        if (token && change.action != Action::unchanged)
            tell(std::string(action_name(change.action)) + " user '" + change.key + "'");
        return ExitStatus::success;
    }

private:
    Result<Change> ensure_user(db::Tx& tx, std::optional<std::string>& token) {
        const auto now = around_.clock.wall_now();
        WantedUser wanted{.name = options_.name};
        if (options_.admin) wanted.admin = true;
        COLLAB_TRY(const auto changes, seed::apply(tx, now, around_.random, {{wanted}, {}}));
        const auto& change = changes.front();
        if (options_.token) {
            COLLAB_TRY(const auto made,
                       users::create_plain_token(tx, now, around_.random, UserId{change.id}));
            token = made.text;
        }
        return change;
    }

    template <class F>
    auto in_transaction(Ending ending, F work) -> std::invoke_result_t<F, db::Tx&> {
        COLLAB_TRY(const auto connection, open(ending));
        COLLAB_DO(connection->begin(db::Durability::must));
        db::Tx tx(*connection);
        auto result = work(tx);
        if (!result.ok() || ending == Ending::rollback) {
            connection->rollback();
        } else {
            COLLAB_DO(connection->commit());
        }
        return result;
    }

    Result<std::string> url(Ending ending) const {
        if (!options_.database_url.empty()) return options_.database_url;
        for (const char* name : {"COLLAB_DATABASE_URL", "DATABASE_URL"}) {
            const auto found = around_.environment.find(name);
            if (found != around_.environment.end() && !found->second.empty()) return found->second;
        }
        return default_url(around_, ending == Ending::commit);
    }

    // A migrated database. To look at one that does not exist yet none is made: it counts as empty.
    Result<std::unique_ptr<db::Connection>> open(Ending ending) {
        COLLAB_TRY(const auto url, this->url(ending));
        COLLAB_TRY(auto database, db::Database::parse(url));
        const bool file = database.dialect() == db::Dialect::sqlite && !database.in_memory();
        if (ending == Ending::rollback && file) {
            if (std::filesystem::exists(database.path())) return open_to_look(database);
            COLLAB_TRY(database, db::Database::parse("sqlite::memory:"));
        }
        COLLAB_TRY(auto connection, database.open());
        auto report = schema::migrate_for_start(database, *connection, false, around_.clock);
        if (!report.ok()) return hinted(std::move(report).error());
        if (!report->applied.empty() && ending == Ending::commit)
            tell(std::to_string(report->applied.size()) + " migrations applied");
        return connection;
    }

    Result<std::unique_ptr<db::Connection>> open_to_look(const db::Database& database) const {
        COLLAB_TRY(auto connection, database.open());
        schema::Migrator migrator(*connection, schema::embedded_migrations(database.dialect()),
                                  around_.clock);
        auto pending = migrator.plan();
        if (!pending.ok()) return hinted(std::move(pending).error());
        if (!pending->empty())
            return hinted(
                {ErrorCode::unsupported, "migrations are pending in '" + database.path() + "'"});
        return connection;
    }

    static Error hinted(Error error) {
        if (error.code != ErrorCode::unsupported) return error;
        return with_hint(std::move(error), "'collab-migrate status' shows what is missing");
    }

    void tell(const std::string& what) const {
        if (!options_.quiet) around_.err << "collab-seed: " << what << "\n";
    }

    const Options& options_;
    const Surroundings& around_;
};

}  // namespace

Outcome run(const Options& options, const Surroundings& surroundings) {
    Work work(options, surroundings);
    if (options.verb == "apply") return work.apply();
    COLLAB_ASSERT(options.verb == "user");
    return work.user();
}

Outcome run_here(const Options& options) {
    const SystemClock clock;
    SystemRandom random;
    return run(options, {std::cout, std::cerr, clock, random, config::process_environment(),
                         ::geteuid() == 0});
}

}  // namespace collab::seed
