// SPDX-License-Identifier: Apache-2.0
// What a connection costs: to open, to keep, and to open first of all after a start.
#include <cstdlib>

#include "bench/party.h"
#include "bench/scenarios.h"

namespace collab::bench {
namespace {

constexpr int kIdleConnections = 5000;
constexpr int kPerUser = 60;  // the server allows 64
constexpr int kConnects = 1000;
constexpr int kWarmUpConnects = 200;
constexpr int kStarts = 15;
constexpr int kDatabaseRows = 420'000;  // 100 MB of operations on channel notes

void rest(Poller& poller, double seconds) {
    for (const auto start = now(); microseconds(start, now()) < seconds * 1e6;) poller.turn(10);
}

std::vector<std::int64_t> each_many_times(const std::vector<std::int64_t>& users, int count) {
    std::vector<std::int64_t> list;
    for (int i = 0; i < count; ++i)
        list.push_back(users[static_cast<std::size_t>(i) % users.size()]);
    return list;
}

void fill(db::Connection& connection) {
    const std::string fill =
        "INSERT INTO channels (id, name) VALUES (1, 'notes'); "
        "INSERT INTO buffers (id, channel_id) VALUES (1, 1); "
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
        std::to_string(kDatabaseRows) +
        ") INSERT INTO buffer_operations (buffer_id, epoch, lamport_timestamp, replica_id, value) "
        "SELECT 1, 0, i, 8, randomblob(220) FROM n; PRAGMA wal_checkpoint(TRUNCATE)";
    if (const auto filled = connection.run_script(fill); !filled.ok()) {
        die("cannot fill the database: " + filled.error().message);
    }
}

struct Start {
    double time;  // from exec to the first Hello, ms
    double cpu;   // of the server until then, ms
};

Start start_to_hello(const std::filesystem::path& binary, const std::string& url,
                     std::int64_t user) {
    const auto start = now();
    ServerProcess server(binary, url);
    Poller poller;
    for (;;) {
        Client client(poller, server.port(), ServerProcess::authorization(user));
        while (!client.peer() && !client.closed()) poller.turn(0);
        if (client.peer()) return {microseconds(start, now()) / 1000, server.cpu() / 1000};
        if (microseconds(start, now()) > 20e6) die("no Hello: " + server.log());
    }
}

std::filesystem::path stripped(const std::filesystem::path& binary,
                               const test::TemporaryFolder& folder) {
    const auto copy = folder.path() / "collab-serve";
    const std::string command = "strip -o '" + copy.string() + "' '" + binary.string() + "'";
    if (std::system(command.c_str()) != 0) die("cannot strip a copy of the server");
    return copy;
}

}  // namespace

void measure_idle_memory(const std::filesystem::path& server, Report& report) {
    const MoreFiles files(6000);
    Site site(server, kIdleConnections / kPerUser + 1);
    const auto port = site.server->port();
    {
        const auto warm_up = connect_all(site.poller, port, each_many_times(site.users, 50));
        rest(site.poller, 0.5);
    }
    rest(site.poller, 1);
    const double before = pss(site.server->pid());
    const auto people =
        connect_all(site.poller, port, each_many_times(site.users, kIdleConnections));
    rest(site.poller, 3);
    const double each = (pss(site.server->pid()) - before) / kIdleConnections;
    for (const auto& person : people) {
        if (person->closed()) die("an idle connection was closed");
    }
    const double cpu = site.server->cpu();
    rest(site.poller, 5);
    const double share = (site.server->cpu() - cpu) / 5e6 * 100;
    report.add(
        {"idle connection, memory at 5,000", figure(each, "KiB"), "", {}, "8 KiB", each <= 8});
    report.add({"5,000 idle connections, share of a processor", figure(share, "%")});
}

void measure_connecting(const std::filesystem::path& server, Report& report) {
    const MoreFiles files(3000);
    Site site(server, kWarmUpConnects + kConnects, Contacts::in_pairs);
    const auto port = site.server->port();
    const auto connect = [&](int from, int count) {
        const auto first = site.users.begin() + from;
        auto people = connect_all(site.poller, port, {first, first + count});
        for (const auto& person : people) person->wait_for<proto::UpdateContacts>();
        return people;
    };
    const auto warm_up = connect(0, kWarmUpConnects);
    rest(site.poller, 0.3);
    const double statements = site.server->counter("collab_statements_total");
    const double cpu = site.server->cpu();
    const auto people = connect(kWarmUpConnects, kConnects);
    const double each = (site.server->cpu() - cpu) / kConnects;
    const double sql = (site.server->counter("collab_statements_total") - statements) / kConnects;
    report.add({"connect: authentication, Hello, first pushes, CPU",
                figure(each, "us"),
                figure(sql, "statements of the writer each"),
                {},
                "200 us",
                each <= 200});
}

void measure_cold_start(const std::filesystem::path& server, Report& report) {
    test::TestDatabase database(test::Engine::sqlite);
    const auto users = add_users(database.connection(), 1000);
    fill(database.connection());
    const test::TemporaryFolder folder;
    const auto binary = stripped(server, folder);
    start_to_hello(binary, database.url(), users[0]);
    std::vector<double> times, cpu;
    for (int i = 0; i < kStarts; ++i) {
        const auto one = start_to_hello(binary, database.url(), users[0]);
        times.push_back(one.time);
        cpu.push_back(one.cpu);
    }
    const double time = median(times);
    report.add({"start to first Hello, 100 MB database, median of " + std::to_string(kStarts),
                figure(time, "ms"),
                "slowest " + figure(percentile(times, 1), "ms"),
                {},
                "50 ms",
                time <= 50});

    ServerProcess idle(binary, database.url());
    idle.wait_ready();
    Poller poller;
    const auto person = connect_all(poller, idle.port(), {users[0]});
    rest(poller, 1);
    const double memory = pss(idle.pid()) / 1024;
    report.add({"memory of the idle server (PSS, stripped)",
                figure(memory, "MiB"),
                "",
                {},
                "20 MB",
                memory * 1.048576 <= 20});
}

}  // namespace collab::bench
