// SPDX-License-Identifier: Apache-2.0
#include "areas/users/token_table.h"
#include "proto/projects.pb.h"
#include "proto/rooms.pb.h"
#include "server/hashing_times.h"
#include "server/web_fixture.h"

namespace collab::server {
namespace {

class Metrics : public test::WebTest {
protected:
    Metrics() { web.metrics_public = true; }

    std::string text() { return ask(request("GET", "/metrics")).body; }
    bool say(const std::string& line) {
        return ("\n" + text()).find("\n" + line + "\n") != std::string::npos;
    }
    void share(UserId user) {
        auto& client = world().connect(user);
        proto::ShareProject project;
        project.set_room_id(
            client.request(proto::CreateRoom()).as<proto::CreateRoomResponse>().room().id());
        EXPECT_FALSE(client.request(project).is_error());
    }
};
COLLAB_DATABASE_SUITE(Metrics);

TEST_P(Metrics, CountSharedProjectsButNotThoseOfAdmins) {
    const auto boss = world().user("boss");
    world().live().state<users::TokenTable>().put_user({boss, true});
    share(world().user("ana"));
    share(boss);
    EXPECT_TRUE(say("shared_projects 1")) << text();
    EXPECT_TRUE(say("collab_projects 2"));
}

TEST_P(Metrics, MeasureTheHashingOfAccessTokensFromTheFirstOneOn) {
    EXPECT_EQ(text().find("access_token_hashing_time"), std::string::npos);
    ask(with_token(request("GET", "/client/users/me"), "1 guess"));
    EXPECT_TRUE(say("access_token_hashing_time_bucket{le=\"10\"} 1")) << text();
    EXPECT_TRUE(say("access_token_hashing_time_count 1"));
}

TEST(HashingTimes, CountsALimitWithWhatIsBelowIt) {
    using std::chrono::milliseconds;
    HashingTimes times;
    for (const int ms : {0, 10, 11, 5120, 5121}) times.add(milliseconds(ms));
    const std::vector<double> expected = {2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1};
    EXPECT_EQ(times.counts(), expected);
    EXPECT_EQ(times.sum(), 10262);
}

}  // namespace
}  // namespace collab::server
