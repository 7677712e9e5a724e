// SPDX-License-Identifier: Apache-2.0
#include "server/server_rows.h"

#include "areas/rooms/lifecycle.h"

namespace collab::server {
namespace {

constexpr std::string_view kPostgresNow =
    "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
constexpr std::string_view kInsertServer =
    "INSERT INTO servers (environment, seen_at) VALUES ($1, $2) RETURNING id";
constexpr std::string_view kInsertCount = "INSERT INTO commit_seq (server_id, seq) VALUES ($1, 0)";
constexpr std::string_view kRenew =
    "UPDATE servers SET seen_at = $2 WHERE id = $1 RETURNING" COLLAB_ACCESS_SUMS;
constexpr std::string_view kStale = R"sql(
    SELECT other.id FROM servers AS other
    JOIN servers AS own ON own.environment = other.environment
    WHERE own.id = $1 AND other.id <> own.id AND other.seen_at NOT BETWEEN $2 AND $3
    ORDER BY other.id
)sql";
constexpr std::string_view kDelete = "DELETE FROM servers WHERE id IN IDS($1)";

std::int64_t integer(const db::Row& row) {
    return row.integer(0);
}

// By the database's clock: servers on several machines share it. A SQLite file has one machine.
Result<std::int64_t> database_now(rpc::Call& call) {
    if (call.tx.dialect() == db::Dialect::sqlite) return unix_ms(call.now);
    COLLAB_TRY(const auto now, call.tx.one(kPostgresNow, {}, integer));
    return now.value_or(0);
}

}  // namespace

Result<Beginning> begin_server(rpc::Call& call, const std::string& environment) {
    Beginning beginning;
    COLLAB_TRY(const auto now, database_now(call));
    COLLAB_TRY(const auto id, call.tx.one(kInsertServer, {environment, now}, integer));
    beginning.server = ServerId{id.value_or(0)};
    COLLAB_DO(call.tx.run(kInsertCount, {beginning.server}));
    COLLAB_TRY(beginning.rooms, rooms::load_all_rooms(call.tx));
    COLLAB_TRY(beginning.access, users::load_access(call.tx));
    return beginning;
}

Result<users::AccessSums> renew_server(rpc::Call& call, ServerId server) {
    COLLAB_TRY(const auto now, database_now(call));
    COLLAB_TRY(const auto renewed, call.tx.one(kRenew, {server, now}, [](const db::Row& row) {
        return users::read_access_sums(row, 0);
    }));
    if (renewed) return *renewed;
    return Error{ErrorCode::not_found, "another server took this one for dead"};
}

Result<std::vector<ServerId>> find_stale_servers(rpc::Call& call, ServerId self) {
    COLLAB_TRY(const auto now, database_now(call));
    const auto age =
        std::chrono::duration_cast<std::chrono::milliseconds>(call.settings.cleanup_timeout);
    return call.tx.list(kStale, {self, now - age.count() + 1, now + age.count()},
                        [](const db::Row& row) { return row.id<ServerId>(0); });
}

Status delete_servers(rpc::Call& call, const std::vector<ServerId>& servers) {
    std::vector<std::int64_t> ids;
    for (const auto server : servers) ids.push_back(server.value);
    return call.tx.run(kDelete, {ids});
}

}  // namespace collab::server
