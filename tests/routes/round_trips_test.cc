// SPDX-License-Identifier: Apache-2.0
// How often each request crosses to PostgreSQL and back, at worst, as a table: every message that
// rows decide, sent on the stage of the authorization table through the real writer and readers.
// Compared with tests/golden/round_trips.txt; COLLAB_ACCEPT=1 rewrites it. The way that carries
// COMMIT is not counted: a batch has one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "routes/authorization_stage.h"

namespace collab::test {
namespace {

constexpr std::size_t kRequestWidth = 40;
constexpr std::size_t kTripsWidth = 8;

constexpr Part kActors[] = {Part::admin, Part::host, Part::ex_participant, Part::host_of_another};

const std::string kActor = "(SELECT MAX(id) FROM users WHERE github_login LIKE 'actor%')";
const std::string kRoom = "(SELECT MAX(id) FROM rooms WHERE live_kit_room = 'room')";
const std::string kRing =
    "INSERT INTO room_participants (room_id, user_id, calling_user_id, calling_connection_id, "
    "calling_connection_server_id, role) SELECT room_id, " +
    kActor +
    ", user_id, answering_connection_id, answering_connection_server_id, 'member' "
    "FROM room_participants WHERE room_id = " +
    kRoom + " AND user_id <> " + kActor + " LIMIT 1 ON CONFLICT (user_id) DO NOTHING";

std::uint64_t limit_of(std::string_view name) {
    if (name.starts_with("login")) return 2;
    if (name.starts_with("JoinRoom") || name.starts_with("Call")) return 3;
    return 4;
}

class RoundTrips : public testing::TestWithParam<Engine> {
protected:
    struct Line {
        std::uint64_t trips = 0;
        bool succeeded = false;
    };

    void SetUp() override {
        if (const auto reason = why_skipped(GetParam())) GTEST_SKIP() << *reason;
        rpc::Settings settings;
        // Nothing is renewed in between, and nobody who is gone is cleaned up.
        settings.cleanup_timeout = std::chrono::hours(10);
        settings.reconnect_timeout = std::chrono::hours(10);
        world_ = std::make_unique<ServerWorld>(GetParam(), 1, settings);
    }

    std::uint64_t spent() {
        auto& live = world_->live();
        return live.writer.round_trips() - live.writer.delivered_seq() + live.reader.round_trips();
    }
    template <class F>
    void measure(const std::string& name, F act) {
        const auto before = spent();
        const bool succeeded = act();
        auto& line = lines_[name];
        line.trips = std::max(line.trips, spent() - before);
        line.succeeded |= succeeded;
    }

    void measure_message(const std::string& name, std::uint32_t tag) {
        for (const auto& setting : settings_for(tag)) {
            for (const auto part : kActors) {
                AuthorizationStage stage(*world_, part, setting);
                measure(name, [&] {
                    const auto outcome = stage.act(tag, Duration::zero());
                    return outcome.starts_with("ok") || outcome.starts_with("-");
                });
            }
        }
    }

    std::string table() const {
        const auto padded = [](std::string text, std::size_t width) {
            text.resize(std::max(width, text.size()), ' ');
            return text;
        };
        std::string text = padded("", kRequestWidth) + padded("trips", kTripsWidth) + "limit\n";
        for (const auto& [name, line] : lines_) {
            text += padded(name, kRequestWidth) + padded(std::to_string(line.trips), kTripsWidth) +
                    std::to_string(limit_of(name)) + "\n";
        }
        return text;
    }

    std::unique_ptr<ServerWorld> world_;
    std::map<std::string, Line> lines_;

    void measure_messages();
    void measure_logins();
    void measure_calls();
    void measure_rejoining();
};
COLLAB_POSTGRES_SUITE(RoundTrips);

void RoundTrips::measure_messages() {
    for (const auto& route : world_->core().router().routes()) {
        const std::string name(wire::find_message_type(route.tag)->name);
        const bool rows = route.shape == rpc::Shape::record || route.shape == rpc::Shape::read ||
                          route.shape == rpc::Shape::conversation;
        // No such service is configured here.
        const bool answered = name != "GetLlmToken" && name != "GetSupermavenApiKey";
        if (rows && answered) measure_message(name, route.tag);
    }
}

void RoundTrips::measure_logins() {
    const auto arrive = [this](UserId user) {
        return world_->connect(user).received<proto::UpdateContacts>().size() == 1;
    };
    const auto first = world_->user("first");
    measure("login, the first time", [&] { return arrive(first); });
    AuthorizationStage stage(*world_, Part::ex_participant, {});
    world_->sql(kRing);
    measure("login while a call rings", [&] { return arrive(stage.actor().user); });
    measure("login of many together", [&] {
        for (int i = 0; i < 20; ++i) world_->connect_later(world_->user("m" + std::to_string(i)));
        world_->settle();
        return true;
    });
}

void RoundTrips::measure_calls() {
    AuthorizationStage stage(*world_, Part::ex_participant, {});
    world_->sql("UPDATE rooms SET channel_id = NULL WHERE id = " + kRoom);
    world_->sql(kRing);
    proto::JoinRoom accept;
    accept.set_id(static_cast<std::uint64_t>(stage.room()));
    measure("JoinRoom, a call that rings",
            [&] { return !stage.actor().request(accept).is_error(); });
}

void RoundTrips::measure_rejoining() {
    AuthorizationStage stage(*world_, Part::host, {});
    proto::RejoinRoom rejoin;
    rejoin.set_id(static_cast<std::uint64_t>(stage.room()));
    for (const auto project :
         {world_->number("SELECT MAX(id) FROM projects"), std::int64_t{0}, std::int64_t{0}}) {
        proto::UpdateProject update;
        update.set_project_id(static_cast<std::uint64_t>(project));
        if (project == 0) {
            proto::ShareProject share;
            share.set_room_id(rejoin.id());
            update.set_project_id(
                stage.actor().request(share).as<proto::ShareProjectResponse>().project_id());
        }
        *rejoin.add_reshared_projects() = update;
    }
    measure("RejoinRoom, three projects reshared",
            [&] { return !stage.actor().request(rejoin).is_error(); });
}

TEST_P(RoundTrips, StayWithinTheirLimits) {
    measure_logins();
    measure_calls();
    measure_rejoining();
    measure_messages();
    for (const auto& [name, line] : lines_) {
        EXPECT_LE(line.trips, limit_of(name)) << name;
        EXPECT_TRUE(line.succeeded) << name;
    }
    const std::string path = std::string(COLLAB_SOURCE_DIR) + "/tests/golden/round_trips.txt";
    if (std::getenv("COLLAB_ACCEPT") != nullptr) std::ofstream(path) << table();
    std::ostringstream golden;
    golden << std::ifstream(path).rdbuf();
    EXPECT_EQ(golden.str(), table());
}

}  // namespace
}  // namespace collab::test
