// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/entry_chunks.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "areas/projects/id_map.h"

namespace collab::projects {
namespace {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }

private:
    std::mt19937_64 engine_;
};

std::string field(std::uint64_t id, std::size_t length) {
    std::string bytes;
    wire::put_bytes_field(bytes, 4, std::to_string(id) + std::string(length, 'x'));
    return bytes;
}

TEST(EntryChunks, HoldsWhatWasPutAndNothingElseAfterAnyChanges) {
    Dice random(7);
    EntryChunks chunks;
    std::map<std::uint64_t, std::string> expected;
    for (std::uint64_t batch = 1; batch <= 200; ++batch) {
        for (int i = 0; i < 40; ++i) {
            const auto id = random.below(3000);
            if (random.below(3) == 0) {
                EXPECT_EQ(chunks.remove(id), expected.erase(id) > 0);
            } else {
                expected[id] = field(id, random.below(30));
                chunks.put(id, batch, expected[id]);
            }
        }
        chunks.seal(batch);
    }
    ASSERT_EQ(chunks.size(), expected.size());
    for (const auto& [id, bytes] : expected) EXPECT_EQ(chunks.find(id).value_or(""), bytes);
}

TEST(EntryChunks, KeepsAllChunksButTheLastFull) {
    Dice random(1);
    EntryChunks chunks;
    for (std::uint64_t id = 0; id < 2000; ++id) chunks.put(id, 1, field(id, 5));
    for (int i = 0; i < 900; ++i) chunks.remove(random.below(2000));
    chunks.seal(1);
    EXPECT_EQ(chunks.chunks().size(), (chunks.size() + 255) / 256);
}

TEST(EntryChunks, EncodesAChunkOnceUntilItChanges) {
    EntryChunks chunks;
    for (std::uint64_t id = 0; id < 600; ++id) chunks.put(id, 1, field(id, 5));
    chunks.seal(1);
    const auto first = chunks.body(0);
    const auto second = chunks.body(1);
    chunks.put(300, 2, field(300, 9));
    chunks.seal(2);
    EXPECT_EQ(chunks.body(0), first);
    EXPECT_NE(chunks.body(1), second);
    EXPECT_EQ(chunks.chunks()[1].changed, 2u);
}

TEST(IdMap, FindsAfterGapsWereClosed) {
    Dice random(3);
    IdMap map;
    std::map<std::uint64_t, std::uint32_t> expected;
    for (int i = 0; i < 20'000; ++i) {
        const auto id = random.below(500) << (random.below(2) * 40);
        if (random.below(2) == 0) {
            map.erase(id);
            expected.erase(id);
        } else {
            map.set(id, static_cast<std::uint32_t>(i));
            expected[id] = static_cast<std::uint32_t>(i);
        }
    }
    ASSERT_EQ(map.size(), expected.size());
    for (const auto& [id, value] : expected) EXPECT_EQ(map.find(id), value);
}

}  // namespace
}  // namespace collab::projects
