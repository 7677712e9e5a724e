// SPDX-License-Identifier: Apache-2.0
// Edits of one person to the 49 others in a project of 50, beside both yardsticks.
#include <unistd.h>

#include "bench/edits.h"
#include "bench/party.h"
#include "bench/relay.h"
#include "bench/scenarios.h"

namespace collab::bench {
namespace {

constexpr int kPeople = 50;
constexpr int kRounds = 5;
constexpr double kRoundSeconds = 0.7;

// The limit's own figures when the goals were set (us per delivery, 50 receivers), and how far a
// machine may be from them.
constexpr double kLimitInFlight = 0.23;
constexpr double kLimitOneByOne = 5.6;
constexpr double kLimitMayDiffer = 0.30;
// What zstd cost per message in the genuine server, which the model must be within 2x of.
constexpr double kGenuineZstdLow = 41;
constexpr double kGenuineZstdHigh = 53;
// The genuine server, whole, per delivery in flight.
constexpr double kGenuineDelivery = 87;

std::vector<Client*> guests_of(Party& party, std::size_t first = 0) {
    std::vector<Client*> guests;
    for (std::size_t i = first; i + 1 < party.people.size(); ++i) guests.push_back(&party.guest(i));
    return guests;
}

// Clients of a yardstick: one sends, the others receive.
struct Crowd {
    Crowd(Poller& poller, Relay& relay, int size) {
        for (int i = 0; i < size; ++i) {
            people.push_back(std::make_unique<Client>(poller, relay.port(), ""));
        }
        // The relay must have accepted all of them before anything is sent.
        const auto start = now();
        while (microseconds(start, now()) < 50e3) poller.turn(1);
    }

    std::vector<Client*> receivers() {
        std::vector<Client*> found;
        for (std::size_t i = 1; i < people.size(); ++i) found.push_back(people[i].get());
        return found;
    }

    std::vector<std::unique_ptr<Client>> people;
};

double zstd_cost() {
    constexpr int kTimes = 2000;
    std::string text = "let mut window = input.windows(2).map(|pair| (pair[0], pair[1]));\n";
    text += text + text + text;
    std::size_t size = 0;
    const double cpu = cpu_time(::getpid());
    for (int i = 0; i < kTimes; ++i) size += compress_anew(text).size();
    if (size == 0) die("zstd makes nothing of something");
    return (cpu_time(::getpid()) - cpu) / kTimes;
}

void check_limit(double measured, double expected, const char* what, Report& report) {
    if (measured > expected * (1 + kLimitMayDiffer) ||
        measured < expected * (1 - kLimitMayDiffer)) {
        report.void_because("the limit " + std::string(what) + " is " + figure(measured, "us") +
                            ", more than 30 % from the " + figure(expected, "us") +
                            " that the goals are made for");
    }
}

void check_model(double delivery, double zstd, Report& report) {
    if (zstd < kGenuineZstdLow / 2 || zstd > kGenuineZstdHigh * 2) {
        report.void_because("the model's zstd takes " + figure(zstd, "us") +
                            ", more than 2x from the 41 to 53 us of the genuine server");
    }
    if (delivery < kGenuineDelivery / 2 || delivery > kGenuineDelivery * 2) {
        report.void_because("the model takes " + figure(delivery, "us") +
                            " a delivery, more than 2x from the genuine server's 87 us");
    }
}

// Medians of CPU per delivery: of the server, the limit and, if asked for, the model.
struct Comparison {
    double server;
    double limit;
    double model;
};

Comparison compare(Site& site, Party& party, Flow flow, bool with_model) {
    Relay limit(Relay::Kind::limit);
    Crowd limit_crowd(site.poller, limit, kPeople);
    std::optional<Relay> model;
    std::optional<Crowd> model_crowd;
    if (with_model) {
        model.emplace(Relay::Kind::model, site.database.url());
        model_crowd.emplace(site.poller, *model, kPeople);
    }
    std::vector<double> server_costs, limit_costs, model_costs;
    Edits through_server(site.poller, party.host(), guests_of(party), party.project, true);
    Edits through_limit(site.poller, *limit_crowd.people[0], limit_crowd.receivers(), party.project,
                        false);
    through_server.load(flow, 0.2, site.server->pid());
    through_limit.load(flow, 0.2, limit.pid());
    for (int i = 0; i < kRounds; ++i) {
        limit_costs.push_back(through_limit.load(flow, kRoundSeconds, limit.pid()));
        server_costs.push_back(through_server.load(flow, kRoundSeconds, site.server->pid()));
    }
    if (with_model) {
        Edits through_model(site.poller, *model_crowd->people[0], model_crowd->receivers(),
                            party.project, false);
        for (int i = 0; i < 2; ++i) {
            model_costs.push_back(through_model.load(flow, kRoundSeconds, model->pid()));
        }
    }
    return {median(server_costs), median(limit_costs), median(model_costs)};
}

// p50 and p99 from one guest to the others at 100 edits a second, in a project of so many.
struct Latency {
    double p50;
    double p99;
};

Latency latency(const std::filesystem::path& server, int people) {
    Site site(server, people);
    auto party = make_party(site.poller, site.server->port(), site.users);
    auto receivers = guests_of(party, 1);
    receivers.push_back(&party.host());
    Edits edits(site.poller, party.guest(0), receivers, party.project, true);
    edits.answered_by(party.host());
    edits.pace(50, 10'000);
    const auto samples = edits.pace(500, 10'000);
    return {percentile(samples, 0.5), percentile(samples, 0.99)};
}

Latency limit_latency(int people) {
    Poller poller;
    Relay limit(Relay::Kind::limit);
    Crowd crowd(poller, limit, people);
    Edits edits(poller, *crowd.people[0], crowd.receivers(), 1, false);
    edits.pace(50, 10'000);
    const auto samples = edits.pace(300, 10'000);
    return {percentile(samples, 0.5), percentile(samples, 0.99)};
}

void add_latency(const std::filesystem::path& server, int people, bool goal, Report& report) {
    const auto limit = limit_latency(people);
    const auto ours = latency(server, people);
    const std::string what =
        "guest to guest at 100 edits/s, " + std::to_string(people) + " people, ";
    Row p50{what + "p50", figure(ours.p50, "us"), "limit " + figure(limit.p50, "us"),
            ours.p50 / limit.p50};
    Row p99{what + "p99", figure(ours.p99, "us"), "limit " + figure(limit.p99, "us"),
            ours.p99 / limit.p99};
    if (goal) {
        p50.goal = "150 us";
        p50.met = ours.p50 <= 150;
        p99.goal = "1 ms";
        p99.met = ours.p99 <= 1000;
    }
    report.add(p50);
    report.add(p99);
}

}  // namespace

void measure_fan_out(const std::filesystem::path& server, Report& report) {
    Site site(server, kPeople);
    auto party = make_party(site.poller, site.server->port(), site.users);
    const auto cost = compare(site, party, kInFlight, true);
    const double zstd = zstd_cost();
    const std::string what = "project of 50, edits in flight, CPU per delivery";
    report.add({what, figure(cost.server, "us"), "", {}, "1 us", cost.server <= 1});
    report.add({what + " to the limit", figure(cost.server, "us"),
                "limit " + figure(cost.limit, "us"), cost.server / cost.limit, "2x",
                cost.server <= 2 * cost.limit});
    report.add({what + " to the model", figure(cost.server, "us"),
                "model " + figure(cost.model, "us") + ", of it zstd " + figure(zstd, "us"),
                cost.server / cost.model, "1/40", cost.server * 40 <= cost.model});
    check_limit(cost.limit, kLimitInFlight, "in flight", report);
    check_model(cost.model, zstd, report);
}

void measure_single_fan_out(const std::filesystem::path& server, Report& report) {
    {
        Site site(server, kPeople);
        auto party = make_party(site.poller, site.server->port(), site.users);
        const auto cost = compare(site, party, kOneByOne, false);
        report.add({"project of 50, one edit at a time, CPU per delivery",
                    figure(cost.server, "us"), "limit " + figure(cost.limit, "us"),
                    cost.server / cost.limit, "1.5x", cost.server <= 1.5 * cost.limit});
        check_limit(cost.limit, kLimitOneByOne, "one by one", report);
    }
    add_latency(server, 50, true, report);
    add_latency(server, 10, false, report);
}

}  // namespace collab::bench
