// SPDX-License-Identifier: Apache-2.0
// collab_kills [--server PATH] [--postgres] [--kills N] [--seed S]: kills a collab-serve with
// SIGKILL at random moments while people write into channel notes, make channels and share a
// project, starts it again, and looks for everything that it had acknowledged. Prints one line of
// figures. Exit status: 0 nothing was lost, 1 something was, 2 it could not be tried.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>

#include "bench/server_process.h"
#include "kills/shared_project.h"
#include "kills/stored_notes.h"
#include "kills/writer.h"
#include "proto/channels.pb.h"

namespace collab::kills {
namespace {

constexpr int kWriters = 4;
constexpr std::size_t kChannels = 3;
constexpr int kFreshChannelEvery = 10;  // lives: the notes of some stay open for ever
constexpr double kShortestLife = 20e3;  // us
constexpr double kLongestLife = 600e3;

struct Options {
    std::filesystem::path server;
    bool postgres = false;
    int kills = 200;
    std::uint64_t seed = 0;
};

class Run {
public:
    explicit Run(const Options& options)
        : options_(options),
          random_(options.seed),
          database_(options.postgres ? test::Engine::postgres : test::Engine::sqlite),
          users_(bench::add_users(database_.connection(), kWriters + 2)),
          project_(users_[kWriters], users_[kWriters + 1]) {
        bench::add_contacts(database_.connection(), {{users_[kWriters], users_[kWriters + 1]}});
        for (int i = 0; i < kWriters; ++i) {
            writers_.push_back(std::make_unique<Writer>(
                users_[static_cast<std::size_t>(i)], random_(),
                [this](Written written) { acknowledge(std::move(written)); }));
        }
    }

    // Whether nothing was lost.
    bool go() {
        for (int life = 0; life < options_.kills && wrong_.empty(); ++life) {
            start();
            if (life % kFreshChannelEvery == 0) make_channels();
            for (auto& writer : writers_) {
                writer->connect(poller_, server_->port(), channels_);
            }
            live(kShortestLife +
                 static_cast<double>(random_() % 1000) / 1000 * (kLongestLife - kShortestLife));
            ++kills_;
            look();
        }
        if (wrong_.empty()) start();
        report();
        return wrong_.empty();
    }

private:
    void start() {
        const auto begin = bench::now();
        server_ = std::make_unique<bench::ServerProcess>(options_.server, database_.url());
        server_->wait_ready();
        starts_.push_back(bench::microseconds(begin, bench::now()) / 1000);
        admin_ = std::make_unique<bench::Client>(poller_, server_->port(),
                                                 bench::ServerProcess::authorization(users_[0]));
        poller_.until([&] { return admin_->peer().has_value(); }, "Hello");
        const auto trouble = project_.connect(poller_, server_->port());
        if (!trouble.empty()) wrong_.push_back(trouble);
    }

    // The older ones stay as they are.
    void make_channels() {
        channels_.clear();
        for (std::size_t i = 0; i < kChannels; ++i) {
            const auto channel = admin_->request<proto::CreateChannelResponse>(next_channel());
            channels_.push_back(channel.channel().id());
            made_.insert(channel.channel().id());
            for (const auto& writer : writers_) {
                if (writer->user() == users_[0]) continue;
                invite(channels_.back(), writer->user());
            }
        }
        std::vector<std::unique_ptr<Writer>> fresh;
        for (const auto& writer : writers_) {
            fresh.push_back(std::make_unique<Writer>(
                writer->user(), random_(),
                [this](Written written) { acknowledge(std::move(written)); }));
        }
        writers_ = std::move(fresh);
    }

    void invite(std::uint64_t channel, std::int64_t user) {
        proto::InviteChannelMember invite;
        invite.set_channel_id(channel);
        invite.set_user_id(static_cast<std::uint64_t>(user));
        invite.set_role(proto::ChannelRole::Member);
        admin_->request<proto::Ack>(invite);
        bench::Client client(poller_, server_->port(), bench::ServerProcess::authorization(user));
        poller_.until([&] { return client.peer().has_value(); }, "Hello");
        proto::RespondToChannelInvite accept;
        accept.set_channel_id(channel);
        accept.set_accept(true);
        client.request<proto::Ack>(accept);
    }

    proto::CreateChannel next_channel() {
        proto::CreateChannel create;
        create.set_name("channel-" + std::to_string(++named_));
        return create;
    }

    // Everybody works until the server is killed; what it had sent by then still arrives.
    void live(double microseconds) {
        admin_->on_message = [this](const bench::Message& message) {
            if (message.tag != wire::tag_of<proto::CreateChannelResponse>()) return;
            proto::CreateChannelResponse made;
            made.ParseFromArray(message.payload.data(), static_cast<int>(message.payload.size()));
            made_.insert(made.channel().id());
        };
        const auto begin = bench::now();
        while (bench::microseconds(begin, bench::now()) < microseconds) {
            for (auto& writer : writers_) writer->act();
            if (random_() % 8 == 0) project_.act();
            if (random_() % 64 == 0) admin_->send(next_channel());
            poller_.turn(0);
        }
        server_->kill();
        poller_.until(
            [&] {
                bool anybody = project_.connected() || !admin_->closed();
                for (const auto& writer : writers_) anybody = anybody || writer->connected();
                return !anybody;
            },
            "the end of all connections");
        for (auto& writer : writers_) writer->disconnect();
        project_.disconnect();
        admin_.reset();
    }

    void acknowledge(Written written) {
        if (known_.insert(written.key).second) unchecked_.push_back(std::move(written));
    }

    // Into the rows, as the killed process left them.
    void look() {
        const auto connection = database_.open();
        if (!options_.postgres) {
            const auto check = connection->query("PRAGMA integrity_check", {});
            if (!check.ok() || (*check)[0].text(0) != "ok") wrong_.push_back("the file is damaged");
        }
        for (auto& each : stored_.read(*connection)) wrong_.push_back(std::move(each));
        for (const auto& [key, operation] : std::exchange(unchecked_, {})) {
            if (stored_.has(key, operation)) continue;
            ++lost_;
            wrong_.push_back("channel " + std::to_string(key.channel) + ", epoch " +
                             std::to_string(key.epoch) + ": operation " +
                             std::to_string(key.lamport) + " of replica " +
                             std::to_string(key.replica) + " is lost");
        }
        const auto channels = connection->query("SELECT id FROM channels", {});
        std::set<std::uint64_t> there;
        for (std::size_t i = 0; channels.ok() && i < channels->size(); ++i) {
            there.insert((*channels)[i].unsigned_integer(0));
        }
        for (const auto channel : made_) {
            if (there.contains(channel)) continue;
            wrong_.push_back("channel " + std::to_string(channel) + " is lost");
        }
    }

    void report() const {
        for (const auto& each : wrong_) std::fprintf(stderr, "kills: %s\n", each.c_str());
        std::printf(
            "%s, seed %llu: %d kills, %zu note operations acknowledged, %zu lost, %zu stored in "
            "%zu epochs; %zu channels and %zu files acknowledged, %zu files lost; start %.0f ms "
            "(median), %.0f ms (slowest)\n",
            options_.postgres ? "PostgreSQL" : "SQLite",
            static_cast<unsigned long long>(options_.seed), kills_, known_.size(), lost_,
            stored_.operations(), stored_.epochs(), made_.size(), project_.acknowledged(),
            project_.lost(), bench::median(starts_), bench::percentile(starts_, 1));
    }

    const Options& options_;
    std::mt19937_64 random_;
    test::TestDatabase database_;
    std::vector<std::int64_t> users_;
    bench::Poller poller_;
    std::unique_ptr<bench::ServerProcess> server_;
    std::unique_ptr<bench::Client> admin_;
    std::vector<std::unique_ptr<Writer>> writers_;
    SharedProject project_;
    StoredNotes stored_;
    std::vector<std::uint64_t> channels_;
    std::set<std::uint64_t> made_;
    std::size_t named_ = 0;
    std::set<OperationKey> known_;
    std::vector<Written> unchecked_;
    std::vector<double> starts_;
    std::vector<std::string> wrong_;
    std::size_t lost_ = 0;
    int kills_ = 0;
};

int usage() {
    std::fprintf(stderr,
                 "usage: collab_kills [--server PATH] [--postgres] [--kills N] [--seed S]\n");
    return 2;
}

bool parse(int argc, char** argv, Options& options) {
    options.server = std::filesystem::absolute(argv[0]).parent_path() / "collab-serve";
    options.seed = std::random_device()();
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const bool more = i + 1 < argc;
        if (argument == "--postgres") {
            options.postgres = true;
        } else if (argument == "--server" && more) {
            options.server = std::filesystem::absolute(argv[++i]);
        } else if (argument == "--kills" && more) {
            options.kills = std::atoi(argv[++i]);
        } else if (argument == "--seed" && more) {
            options.seed = std::strtoull(argv[++i], nullptr, 10);
        } else {
            return false;
        }
    }
    return true;
}

int run(const Options& options) {
    std::fprintf(stderr, "kills: seed %llu\n", static_cast<unsigned long long>(options.seed));
    try {
        Run run(options);
        return run.go() ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "kills: seed %llu: %s\n",
                     static_cast<unsigned long long>(options.seed), error.what());
        return 2;
    }
}

}  // namespace
}  // namespace collab::kills

int main(int argc, char** argv) {
    collab::kills::Options options;
    if (!collab::kills::parse(argc, argv, options)) return collab::kills::usage();
    return collab::kills::run(options);
}
