// SPDX-License-Identifier: Apache-2.0
// Whatever three people do at the same time and in whatever order it arrives, the text is that of
// the flat model. COLLAB_TEXT_SEEDS=n runs n histories instead of 200, COLLAB_TEXT_FIRST_SEED=s
// begins with another one: a failure prints its seed.

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/text.h"
#include "text/deferred_operations.h"
#include "text/random_history.h"
#include "text/text_snapshot.h"

namespace collab::text {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* value = std::getenv(name);
    if (value == nullptr) return otherwise;
    return static_cast<std::uint64_t>(parse_int64(value).value_or(0));
}

TEST(Convergence, AnyOrderOfDeliveryGivesTheTextOfTheFlatModel) {
    const std::uint64_t first = from_environment("COLLAB_TEXT_FIRST_SEED", 1);
    const std::uint64_t count = from_environment("COLLAB_TEXT_SEEDS", 200);
    ASSERT_GT(count, 0u);
    for (std::uint64_t seed = first; seed < first + count && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const History history = random_history(seed, 5 + seed % 60);
        std::mt19937_64 random(seed);
        for (int delivery = 0; delivery < 4; ++delivery) {
            TextBuffer buffer(history.base_text);
            DeferredOperations deferred;
            std::size_t applied = 0;
            for (auto& batch : random_delivery(history.operations, random)) {
                const auto delivered = deferred.deliver(buffer, std::move(batch), {1});
                ASSERT_TRUE(delivered.refused.empty()) << delivered.refused[0].error.message;
                applied += delivered.applied.size();
            }
            ASSERT_EQ(applied, history.operations.size());
            EXPECT_EQ(deferred.size(), 0u);
            ASSERT_EQ(buffer.text(), history.final_text);
            EXPECT_EQ(buffer.fragments(), history.fragments);
            EXPECT_EQ(buffer.visible_bytes(), history.final_text.size());
        }
        EXPECT_EQ(snapshot(history.base_text, history.operations).text, history.final_text);
    }
}

// Many more fragments than fit in a leaf or in one level of nodes.
TEST(Convergence, ALongHistoryGivesTheTextOfTheFlatModel) {
    const History history = random_history(4711, 800);
    TextBuffer buffer(history.base_text);
    DeferredOperations deferred;
    std::mt19937_64 random(4711);
    for (auto& batch : random_delivery(history.operations, random))
        deferred.deliver(buffer, std::move(batch), {1});
    EXPECT_GT(buffer.fragments().size(), 1'024u);
    EXPECT_EQ(buffer.fragments(), history.fragments);
    EXPECT_EQ(buffer.text(), history.final_text);
}

}  // namespace
}  // namespace collab::text
