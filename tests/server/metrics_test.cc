// SPDX-License-Identifier: Apache-2.0
#include "areas/users/token_table.h"
#include "proto/projects.pb.h"
#include "proto/rooms.pb.h"
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

}  // namespace
}  // namespace collab::server
