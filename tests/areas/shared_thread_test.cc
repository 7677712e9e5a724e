// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "areas/agents/agent_handlers.h"
#include "support/area_fixture.h"

namespace collab::agents {
namespace {

constexpr char kId[] = "2f1c6d0e-5f0c-4c1f-9d0a-0c5b7a3e1d42";

class SharedThreads : public test::AreaTest {
protected:
    Status share(UserId user, const std::string& id, const std::string& title,
                 const std::string& data) {
        proto::ShareAgentThread request;
        request.set_session_id(id);
        request.set_title(title);
        request.set_thread_data(data);
        return run(user, share_agent_thread, request);
    }
    Result<proto::GetSharedAgentThreadResponse> get(UserId user, const std::string& id) {
        proto::GetSharedAgentThread request;
        request.set_session_id(id);
        return run(user, get_shared_agent_thread, request);
    }
};
COLLAB_DATABASE_SUITE(SharedThreads);

TEST_P(SharedThreads, AreReadByWhoeverKnowsTheId) {
    const auto ada = given_user("ada");
    const auto bea = given_user("bea");
    const std::string data("\0\xff thread", 9);
    ASSERT_TRUE(share(ada, kId, "A plan", data).ok());
    const auto thread = get(bea, kId);
    ASSERT_TRUE(thread.ok());
    EXPECT_EQ(thread->title(), "A plan");
    EXPECT_EQ(thread->thread_data(), data);
    EXPECT_EQ(thread->sharer_username(), "ada");
    EXPECT_EQ(thread->created_at(), "2026-01-01T00:00:00.000+00:00");
}

TEST_P(SharedThreads, AreReplacedByTheirOwnerOnly) {
    const auto ada = given_user("ada");
    const auto bea = given_user("bea");
    ASSERT_TRUE(share(ada, kId, "first", "1").ok());
    now_ += std::chrono::hours(1);
    ASSERT_TRUE(share(ada, kId, "second", "2").ok());
    const auto refused = share(bea, kId, "stolen", "3");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::denied);
    const auto thread = get(bea, kId);
    ASSERT_TRUE(thread.ok());
    EXPECT_EQ(thread->title(), "second");
    EXPECT_EQ(thread->thread_data(), "2");
    EXPECT_EQ(thread->created_at(), "2026-01-01T00:00:00.000+00:00");
}

TEST_P(SharedThreads, HaveOneIdHoweverItIsWritten) {
    const auto ada = given_user("ada");
    ASSERT_TRUE(share(ada, "2F1C6D0E5F0C4C1F9D0A0C5B7A3E1D42", "t", "").ok());
    EXPECT_TRUE(get(ada, kId).ok());
    EXPECT_TRUE(get(ada, "2f1c6d0e5f0c4c1f9d0a0c5b7a3e1d42").ok());
}

TEST_P(SharedThreads, NeedAnIdThatIsAUuid) {
    const auto ada = given_user("ada");
    for (const std::string id :
         {"", "7", "2f1c6d0e-5f0c-4c1f-9d0a-0c5b7a3e1d4g", "2f1c6d0e5-f0c-4c1f-9d0a-0c5b7a3e1d42",
          "2f1c6d0e-5f0c-4c1f-9d0a-0c5b7a3e1d42a"}) {
        EXPECT_FALSE(share(ada, id, "t", "").ok()) << id;
        EXPECT_FALSE(get(ada, id).ok()) << id;
    }
    EXPECT_EQ(get(ada, kId).error().code, ErrorCode::not_found);
}

TEST_P(SharedThreads, AreNotLargerThanTheLimits) {
    const auto ada = given_user("ada");
    std::string title;
    for (std::size_t i = 0; i < kMaxTitleCharacters; ++i) title += "\u6f22";
    EXPECT_TRUE(share(ada, kId, title, "").ok());
    EXPECT_FALSE(share(ada, kId, title + "t", "").ok());
    EXPECT_FALSE(share(ada, kId, std::string("a\0b", 3), "").ok());
    EXPECT_FALSE(share(ada, kId, "t", std::string(kMaxThreadBytes + 1, 'x')).ok());
}

}  // namespace
}  // namespace collab::agents
