// SPDX-License-Identifier: Apache-2.0
// Channel notes: many people write at once, into 64 notes and into one long one. An operation
// counts once somebody else has it, which is after it is on disk (PROTOCOL.md, channel notes).
#include <algorithm>

#include "bench/note_author.h"
#include "bench/party.h"
#include "bench/scenarios.h"

namespace collab::bench {
namespace {

constexpr std::size_t kNotes = 64;
constexpr std::size_t kPerNote = 2;
constexpr std::size_t kLongNote = 200'000;
constexpr double kGoal = 20'000;  // operations a second
constexpr double kSeconds = 4;

// How many operations a message carries. Editors send one message per keystroke, two operations
// where the editor itself adds something (a bracket, an indentation), and many when they format,
// or catch up after a lost connection (100 at a time).
enum class Style { mixed, single, bulk };

std::size_t operations_of(Style style, std::uint64_t dice) {
    if (style == Style::single) return 1;
    if (style == Style::bulk) return 100;
    dice %= 100;
    return dice < 75 ? 1 : dice < 95 ? 2 : 20;
}

struct Person {
    std::unique_ptr<Client> client;
    std::unique_ptr<NoteAuthor> author;
    std::uint64_t channel = 0;
    Person* other = nullptr;  // who tells that an operation has arrived
    std::size_t sent = 0;     // operations
    std::size_t acknowledged = 0;
};

class Writing {
public:
    Writing(Site& site, std::size_t notes) : poller_(site.poller), server_(*site.server) {
        auto clients = connect_all(poller_, server_.port(), site.users);
        std::size_t next = 0;
        for (std::size_t note = 0; note < notes; ++note) {
            proto::CreateChannel create;
            create.set_name("notes-" + std::to_string(note));
            const auto channel =
                clients[next]->request<proto::CreateChannelResponse>(create).channel().id();
            invite(*clients[next], *clients[next + 1], site.users[next + 1], channel);
            for (std::size_t i = 0; i < kPerNote; ++i) join(std::move(clients[next++]), channel);
        }
        for (std::size_t i = 0; i < people_.size(); i += kPerNote) {
            people_[i]->other = people_[i + 1].get();
            people_[i + 1]->other = people_[i].get();
        }
        for (auto& person : people_) listen(*person);
    }

    struct Outcome {
        double rate = 0;      // acknowledged operations a second
        double cpu = 0;       // of the server, us per operation
        double messages = 0;  // per operation
    };

    // Writes for so long, or until so many operations have arrived, with at most so many of each
    // person on their way.
    Outcome write(Style style, std::size_t window, double seconds, std::size_t operations = ~0ul) {
        const auto start = now();
        const double cpu = server_.cpu();
        const std::size_t before = acknowledged_;
        std::size_t messages = 0;
        while (microseconds(start, now()) < seconds * 1e6 && acknowledged_ - before < operations) {
            for (auto& person : people_) messages += send(*person, style, window);
            poller_.turn(1);
        }
        poller_.until([&] { return acknowledged_ == sent_; }, "the last operations", 60);
        const auto count = static_cast<double>(acknowledged_ - before);
        return {count / microseconds(start, now()) * 1e6, (server_.cpu() - cpu) / count,
                static_cast<double>(messages) / count};
    }

    Person& person(std::size_t i) { return *people_[i]; }
    // What a person says who comes back to a first epoch.
    proto::RejoinChannelBuffers rejoining(std::size_t i) const {
        proto::RejoinChannelBuffers request;
        auto& buffer = *request.add_buffers();
        buffer.set_channel_id(people_[i]->channel);
        for (const auto& entry : people_[i]->author->version().entries()) {
            auto& seen = *buffer.add_version();
            seen.set_replica_id(entry.replica);
            seen.set_timestamp(entry.value);
        }
        return request;
    }
    std::size_t acknowledged() const { return acknowledged_; }

private:
    void invite(Client& admin, Client& guest, std::int64_t user, std::uint64_t channel) {
        proto::InviteChannelMember invite;
        invite.set_channel_id(channel);
        invite.set_user_id(static_cast<std::uint64_t>(user));
        invite.set_role(proto::ChannelRole::Member);
        admin.request<proto::Ack>(invite);
        proto::RespondToChannelInvite accept;
        accept.set_channel_id(channel);
        accept.set_accept(true);
        guest.request<proto::Ack>(accept);
    }

    void join(std::unique_ptr<Client> client, std::uint64_t channel) {
        auto person = std::make_unique<Person>();
        proto::JoinChannelBuffer request;
        request.set_channel_id(channel);
        const auto joined = client->request<proto::JoinChannelBufferResponse>(request);
        person->author = std::make_unique<NoteAuthor>(joined, people_.size());
        person->client = std::move(client);
        person->channel = channel;
        people_.push_back(std::move(person));
    }

    void listen(Person& person) {
        person.client->on_message = [this, &person](const Message& message) {
            if (message.tag != wire::tag_of<proto::UpdateChannelBuffer>()) return;
            proto::UpdateChannelBuffer update;
            update.ParseFromArray(message.payload.data(), static_cast<int>(message.payload.size()));
            for (const auto& operation : update.operations()) {
                if (person.author) person.author->hear(operation);
                ++person.other->acknowledged;
                ++acknowledged_;
            }
        };
    }

    // How many messages that were.
    std::size_t send(Person& person, Style style, std::size_t window) {
        std::size_t messages = 0;
        while (person.sent - person.acknowledged < window) {
            proto::UpdateChannelBuffer update;
            update.set_channel_id(person.channel);
            for (auto n = operations_of(style, random_()); n > 0; --n) {
                *update.add_operations() = person.author->write();
            }
            const auto count = static_cast<std::size_t>(update.operations_size());
            person.sent += count;
            sent_ += count;
            person.client->post(wire::tag_of<proto::UpdateChannelBuffer>(),
                                update.SerializeAsString());
            ++messages;
        }
        person.client->flush();
        return messages;
    }

    Poller& poller_;
    ServerProcess& server_;
    std::mt19937_64 random_{1};
    std::vector<std::unique_ptr<Person>> people_;
    std::size_t sent_ = 0;
    std::size_t acknowledged_ = 0;
};

void add(Report& report, const std::string& what, const Writing::Outcome& outcome) {
    report.add({what + ", operations a second",
                figure(outcome.rate, ""),
                figure(1 / outcome.messages, "operations a message"),
                {},
                "20,000",
                outcome.rate >= kGoal});
    // What one processor that does nothing else can do.
    report.add({what + ", server CPU per operation",
                figure(outcome.cpu, "us"),
                "",
                {},
                "50 us",
                outcome.cpu <= 1e6 / kGoal});
}

// How long a Ping of `client` takes while `act` goes on, at most.
double slowest_ping(Poller& poller, Client& client, const std::function<bool()>& done) {
    double slowest = 0;
    while (!done()) {
        const auto start = now();
        client.request<proto::Ack>(proto::Ping());
        slowest = std::max(slowest, microseconds(start, now()));
        poller.turn(1);
    }
    return slowest;
}

// Nothing is in memory: somebody joins the note after a restart, those who had it open come back,
// and the last one who leaves makes the snapshot.
void measure_loading(Site& site, const std::filesystem::path& server, Writing& writing,
                     Report& report) {
    site.server->kill();
    site.server = std::make_unique<ServerProcess>(server, site.database.url());
    site.server->wait_ready();
    const auto& users = site.users;
    auto clients =
        connect_all(site.poller, site.server->port(), {users[0], users[0], users[1], users.back()});
    auto& bystander = *clients.back();
    const auto measure = [&](const std::string& what, const auto& message, const char* goal,
                             Client& client) {
        bool answered = false;
        client.on_message = [&](const Message& answer) {
            if (answer.tag == wire::tag_of<proto::Error>()) die(what + ": refused");
            answered = answered || answer.responding_to.has_value();
        };
        const auto start = now();
        client.send(message);
        const double ping = slowest_ping(site.poller, bystander, [&] { return answered; });
        client.on_message = nullptr;
        const double seconds = microseconds(start, now()) / 1e6;
        Row row{what, figure(seconds, "s"), "slowest Ping of others " + figure(ping / 1000, "ms")};
        if (*goal != 0) {
            row.goal = goal;
            row.met = seconds <= 1;
        }
        report.add(std::move(row));
    };
    proto::JoinChannelBuffer join;
    join.set_channel_id(writing.person(0).channel);
    measure("join of that note after a restart: read, replayed, sent", join, "", *clients[0]);
    proto::LeaveChannelBuffer leave;
    leave.set_channel_id(join.channel_id());
    for (std::size_t i : {0, 1}) {
        auto& client = *clients[i + 1];
        client.request<proto::RejoinChannelBuffersResponse>(writing.rejoining(i));
        client.request<proto::Ack>(leave);
    }
    measure("the last one leaves that note: snapshot", leave, "1 s", *clients[0]);
}

}  // namespace

void measure_notes(const std::filesystem::path& server, Report& report) {
    {
        Site site(server, kNotes * kPerNote);
        Writing writing(site, kNotes);
        writing.write(Style::mixed, 8, kSeconds / 4);  // warm
        add(report, "64 notes, typing and pasting", writing.write(Style::mixed, 8, kSeconds));
        add(report, "64 notes, one operation a message", writing.write(Style::single, 8, kSeconds));
    }
    Site site(server, kPerNote + 1);
    Writing writing(site, 1);
    writing.write(Style::bulk, 100, 120, kLongNote);
    const std::string one = "one note of " + std::to_string(writing.acknowledged()) + " operations";
    add(report, one + ", typing and pasting", writing.write(Style::mixed, 200, kSeconds));
    add(report, one + ", one operation a message", writing.write(Style::single, 200, kSeconds));
    measure_loading(site, server, writing, report);
}

}  // namespace collab::bench
