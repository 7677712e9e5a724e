// SPDX-License-Identifier: Apache-2.0
#include "rpc/outbox.h"

#include <gtest/gtest.h>

namespace collab::rpc {
namespace {

void post(Outbox& outbox, std::int64_t user) {
    outbox.post({ToUser{{user}}, 1, nullptr, {}, {}});
}

std::vector<std::int64_t> users(const Outbox& outbox) {
    std::vector<std::int64_t> found;
    for (const auto& item : outbox.items()) {
        found.push_back(std::get<ToUser>(std::get<Post>(item).address).user.value);
    }
    return found;
}

TEST(Outbox, KeepsPlacesForWhatIsPostedLater) {
    Outbox outbox;
    post(outbox, 1);
    outbox.later([](Outbox& filled) {
        post(filled, 2);
        post(filled, 3);
        return ok();
    });
    post(outbox, 4);
    ASSERT_TRUE(outbox.settle().ok());
    EXPECT_EQ(users(outbox), (std::vector<std::int64_t>{1, 2, 3, 4}));
}

TEST(Outbox, LetsAllAskBeforeAnybodyIsFilledAgain) {
    Outbox outbox;
    std::string order;
    for (const std::int64_t user : {1, 2}) {
        outbox.later([&order, user](Outbox& filled) {
            order += 'a';
            filled.later([&order, user](Outbox& last) {
                order += 'b';
                post(last, user);
                return ok();
            });
            return ok();
        });
    }
    ASSERT_TRUE(outbox.settle().ok());
    EXPECT_EQ(order, "aabb");
    EXPECT_EQ(users(outbox), (std::vector<std::int64_t>{1, 2}));
}

TEST(Outbox, FailsWithWhoCannotBeFilled) {
    Outbox outbox;
    outbox.later([](Outbox&) -> Status { return Error{ErrorCode::internal, "no rows"}; });
    EXPECT_FALSE(outbox.settle().ok());
}

}  // namespace
}  // namespace collab::rpc
