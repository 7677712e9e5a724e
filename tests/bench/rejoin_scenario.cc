// SPDX-License-Identifier: Apache-2.0
// The server dies and comes back; so do 5,000 people, to rooms of ten with a shared project, over a
// PostgreSQL half a millisecond away that knows how large its tables are.
#include "bench/far_postgres.h"
#include "bench/party.h"
#include "bench/scenarios.h"

namespace collab::bench {
namespace {

constexpr std::size_t kPeople = 5000;
constexpr std::size_t kPerRoom = 10;
constexpr std::chrono::microseconds kOneWay{250};
constexpr double kGoalSeconds = 15;
constexpr std::size_t kGreetedAtOnce = 256;

proto::RejoinRoom rejoin(const Party& party, bool host) {
    proto::RejoinRoom request;
    request.set_id(party.room);
    if (host) {
        auto& project = *request.add_reshared_projects();
        project.set_project_id(party.project);
        auto& worktree = *project.add_worktrees();
        worktree.set_id(1);
        worktree.set_root_name("root");
        worktree.set_visible(true);
        worktree.set_abs_path("/home/ada/root");
        return request;
    }
    auto& project = *request.add_rejoined_projects();
    project.set_id(party.project);
    auto& worktree = *project.add_worktrees();
    worktree.set_id(1);
    worktree.set_scan_id(1);
    return request;
}

class Storm {
public:
    Storm(Poller& poller, std::uint16_t port) : poller_(poller), port_(port) {}

    void come_back(const std::vector<Party>& parties) {
        for (const auto& party : parties) {
            for (std::size_t i = 0; i < party.users.size(); ++i) {
                poller_.until([&] { return begun_ - greeted_ < kGreetedAtOnce; }, "Hello", 60);
                begin(party, i);
            }
        }
        poller_.until([&] { return back_ == begun_; }, "everybody to be back", 60);
        if (refused_ > 0) {
            die(std::to_string(refused_) + " people were not let back, the last because: " + why_);
        }
    }

private:
    void begin(const Party& party, std::size_t person) {
        auto& client = *clients_.emplace_back(std::make_unique<Client>(
            poller_, port_, ServerProcess::authorization(party.users[person])));
        ++begun_;
        client.on_message = [this, &client, &party, person](const Message& message) {
            if (message.tag == wire::tag_of<proto::Hello>()) {
                ++greeted_;
                client.send(rejoin(party, person == 0));
            } else if (message.tag == wire::tag_of<proto::RejoinRoomResponse>()) {
                ++back_;
            } else if (message.tag == wire::tag_of<proto::Error>()) {
                ++back_;
                ++refused_;
                why_ = std::string(wire::as_text(message.payload));
            }
        };
    }

    Poller& poller_;
    std::uint16_t port_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::size_t begun_ = 0;
    std::size_t greeted_ = 0;
    std::size_t back_ = 0;
    std::size_t refused_ = 0;
    std::string why_;
};

std::vector<std::int64_t> add_people(db::Connection& connection) {
    auto users = add_users(connection, kPeople);
    std::vector<Acquaintance> pairs;
    for (std::size_t host = 0; host < kPeople; host += kPerRoom) {
        for (std::size_t i = 1; i < kPerRoom; ++i) pairs.push_back({users[host], users[host + i]});
    }
    add_contacts(connection, pairs);
    return users;
}

// As autovacuum does a minute after tables have grown; these are younger.
void analyze(db::Connection& connection) {
    const auto analyzed = connection.run_script("ANALYZE");
    if (!analyzed.ok()) die("cannot analyze: " + analyzed.error().message);
}

}  // namespace

void measure_rejoining(const std::filesystem::path& server, Report& report) {
    const std::string what = "5,000 people rejoin, PostgreSQL 0.5 ms away";
    if (test::why_skipped(test::Engine::postgres)) {
        report.add({what, "not measured: no COLLAB_TEST_POSTGRES", "", {}, "15 s"});
        return;
    }
    const MoreFiles files(6000);
    test::TestDatabase database(test::Engine::postgres);
    const auto users = add_people(database.connection());
    Poller poller;
    std::vector<Party> parties;
    {
        ServerProcess first(server, database.url());
        first.wait_ready();
        for (auto at = users.begin(); at != users.end(); at += kPerRoom) {
            parties.push_back(make_party(poller, first.port(), {at, at + kPerRoom}));
        }
    }
    for (auto& party : parties) party.people.clear();
    analyze(database.connection());

    const FarPostgres far(database.url(), kOneWay);
    const auto start = now();
    ServerProcess second(server, far.url());
    second.wait_ready();
    const double ready = microseconds(start, now()) / 1e6;
    Storm storm(poller, second.port());
    storm.come_back(parties);
    const double seconds = microseconds(start, now()) / 1e6;
    report.add({what,
                figure(seconds, "s"),
                "of it start " + figure(ready, "s"),
                {},
                "15 s",
                seconds <= kGoalSeconds});
}

}  // namespace collab::bench
