// SPDX-License-Identifier: Apache-2.0
// Requests of a guest that the host answers, and what of all that costs SQL.
#include <limits>

#include "bench/party.h"
#include "bench/relay.h"
#include "bench/scenarios.h"

namespace collab::bench {
namespace {

constexpr int kForwardRounds = 5;
constexpr int kRequestsPerRound = 2000;

struct Cost {
    std::vector<double> cpu;        // per request there and back, one per round
    std::vector<double> latencies;  // us
};

std::string some_request(std::uint64_t project) {
    std::string payload;
    wire::put_varint_field(payload, 1, project);
    wire::put_varint_field(payload, 2, 1);
    wire::put_bytes_field(payload, 3, std::string(40, 'a'));
    return payload;
}

// Sends requests one after the other; `arrived` counts answers at the asker.
void ask(Poller& poller, pid_t process, const std::function<void()>& send, const int& arrived,
         Cost& cost) {
    const double cpu = cpu_time(process);
    for (int i = 0; i < kRequestsPerRound; ++i) {
        const int before = arrived;
        const auto start = now();
        send();
        while (arrived == before) {
            poller.turn(0);
            if (microseconds(start, now()) > 5e6) die("a forwarded request got no answer");
        }
        cost.latencies.push_back(microseconds(start, now()));
    }
    cost.cpu.push_back((cpu_time(process) - cpu) / kRequestsPerRound);
}

// A guest who asks and a host who answers, through the server.
struct Asking {
    explicit Asking(Party& party)
        : guest(party.guest(0)), host(party.host()), payload(some_request(party.project)) {
        host.on_message = [this](const Message& message) {
            if (message.tag != request) return;
            host.post(response, std::string(60, 'b'), message.id);
            host.flush();
        };
        guest.on_message = [this](const Message& message) {
            if (message.responding_to != asked) return;
            if (message.tag != response) die("a forwarded request was answered with an error");
            ++arrived;
        };
    }

    void send() {
        asked = guest.post(request, payload);
        guest.flush();
    }

    Client& guest;
    Client& host;
    const std::uint32_t request = wire::find_tag("GetHover");
    const std::uint32_t response = wire::find_tag("GetHoverResponse");
    std::string payload;
    std::uint32_t asked = 0;
    int arrived = 0;
};

// The same bytes through the limit: two clients, each hears what the other sends.
struct Bouncing {
    explicit Bouncing(Poller& poller) : relay(Relay::Kind::limit) {
        for (auto* client : {&asker, &answerer}) {
            *client = std::make_unique<Client>(poller, relay.port(), "");
        }
        for (const auto start = now(); microseconds(start, now()) < 50e3;) poller.turn(1);
        answerer->on_frame = [this](wire::Bytes) {
            answerer->post(wire::find_tag("GetHoverResponse"), std::string(60, 'b'), 1);
            answerer->flush();
        };
        asker->on_frame = [this](wire::Bytes) { ++arrived; };
    }

    void send() {
        asker->post(wire::find_tag("GetHover"), payload);
        asker->flush();
    }

    Relay relay;
    std::unique_ptr<Client> asker;
    std::unique_ptr<Client> answerer;
    std::string payload = some_request(1);
    int arrived = 0;
};

proto::UpdateFollowers some_view(const Party& party) {
    proto::UpdateFollowers update;
    update.set_room_id(party.room);
    update.set_project_id(party.project);
    auto& view = *update.mutable_update_view();
    view.mutable_id()->mutable_creator()->set_owner_id(1);
    view.mutable_id()->set_id(7);
    view.mutable_editor()->set_scroll_y(3.5);
    return update;
}

// The least of three tries: now and then the server renews its row, whatever people do.
double statements_of(Site& site, int times, const std::function<void()>& act) {
    double least = std::numeric_limits<double>::max();
    for (int attempt = 0; attempt < 3; ++attempt) {
        const double before = site.server->counter("collab_statements_total");
        for (int i = 0; i < times; ++i) act();
        least = std::min(least, site.server->counter("collab_statements_total") - before);
    }
    return least;
}

void follow(Party& party) {
    proto::Follow follow;
    follow.set_room_id(party.room);
    follow.set_project_id(party.project);
    follow.mutable_leader_id()->set_owner_id(party.host().peer()->server);
    follow.mutable_leader_id()->set_id(party.host().peer()->connection);
    party.host().on_message = [&party](const Message& message) {
        if (message.tag != wire::tag_of<proto::Follow>()) return;
        party.host().post(wire::tag_of<proto::FollowResponse>(), {}, message.id);
        party.host().flush();
    };
    party.guest(0).request<proto::FollowResponse>(follow);
    party.host().on_message = nullptr;
}

}  // namespace

void measure_forwarding(const std::filesystem::path& server, Report& report) {
    Site site(server, 3);
    auto party = make_party(site.poller, site.server->port(), site.users);
    Asking asking(party);
    Bouncing bouncing(site.poller);
    Cost ours, limit, warm_up;
    ask(
        site.poller, site.server->pid(), [&] { asking.send(); }, asking.arrived, warm_up);
    ask(
        site.poller, bouncing.relay.pid(), [&] { bouncing.send(); }, bouncing.arrived, warm_up);
    for (int i = 0; i < kForwardRounds; ++i) {
        ask(
            site.poller, bouncing.relay.pid(), [&] { bouncing.send(); }, bouncing.arrived, limit);
        ask(
            site.poller, site.server->pid(), [&] { asking.send(); }, asking.arrived, ours);
    }
    const auto add = [&](const char* what, double measured, double relay) {
        report.add({"forwarded request, there and back, " + std::string(what),
                    figure(measured, "us"), "bare relay " + figure(relay, "us"), measured / relay,
                    "2x", measured <= 2 * relay});
    };
    add("CPU", median(ours.cpu), median(limit.cpu));
    add("p50", median(ours.latencies), median(limit.latencies));
}

void count_statements(const std::filesystem::path& server, Report& report) {
    constexpr int kTimes = 200;
    Site site(server, 3);
    auto party = make_party(site.poller, site.server->port(), site.users);
    follow(party);
    const auto add = [&](const char* what, const std::function<void()>& act) {
        const double count = statements_of(site, kTimes, act);
        report.add({"SQL statements per " + std::string(what),
                    figure(count / kTimes, ""),
                    "",
                    {},
                    "0",
                    count == 0});
    };
    add("UpdateBuffer", [&] {
        proto::UpdateBuffer update;
        update.set_project_id(party.project);
        update.set_buffer_id(1);
        update.add_operations()->mutable_edit()->add_new_text("x");
        party.host().request<proto::Ack>(update);
    });
    add("UpdateFollowers", [&] {
        party.host().send(some_view(party));
        party.guest(0).wait_for<proto::UpdateFollowers>();
    });
    Asking asking(party);
    add("forwarded request", [&] {
        const int before = asking.arrived;
        asking.send();
        site.poller.until([&] { return asking.arrived > before; }, "an answer");
    });
}

}  // namespace collab::bench
