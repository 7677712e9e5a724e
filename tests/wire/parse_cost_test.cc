// SPDX-License-Identifier: Apache-2.0
#include "wire/parse_cost.h"

#include <gtest/gtest.h>

#include "proto/notes.pb.h"
#include "proto/projects.pb.h"
#include "proto/rooms.pb.h"
#include "proto/users.pb.h"
#include "wire/frame.h"

namespace collab::wire {
namespace {

std::string repeated(std::string_view bytes, std::size_t times) {
    std::string all;
    all.reserve(bytes.size() * times);
    while (times-- > 0) all += bytes;
    return all;
}

std::string field(std::uint32_t number, std::string_view bytes) {
    std::string out;
    put_bytes_field(out, number, bytes);
    return out;
}

template <class M>
ErrorCode refusal(const std::string& payload) {
    const auto parsed = parse<M>(as_bytes(payload));
    EXPECT_FALSE(parsed.ok());
    return parsed.ok() ? ErrorCode::internal : parsed.error().code;
}

TEST(ParseCost, RefusesMillionsOfEmptyMessagesBeforeProtobufSeesThem) {
    const auto worktrees = repeated(field(2, ""), 1'100'000);
    EXPECT_EQ(refusal<proto::ShareProject>(worktrees), ErrorCode::too_many);
    EXPECT_EQ(refusal<proto::UpdateWorktree>(repeated(field(4, ""), 1'100'000)),
              ErrorCode::too_many);
}

TEST(ParseCost, RefusesThemWhereverTheyHide) {
    const auto worktrees = field(2, repeated(field(2, ""), 1'100'000));
    EXPECT_EQ(refusal<proto::RejoinRoom>(worktrees), ErrorCode::too_many) << "one level down";
    EXPECT_EQ(refusal<proto::GetUsers>(field(1, std::string(5'000'000, '\x01'))),
              ErrorCode::too_many)
        << "packed numbers";
    EXPECT_EQ(refusal<proto::GetUsers>(repeated("\x08\x01", 1'100'000)), ErrorCode::too_many)
        << "numbers in fields of their own";
    EXPECT_EQ(refusal<proto::GetUsers>(repeated(field(99, ""), 1'100'000)), ErrorCode::too_many)
        << "unknown fields";
}

TEST(ParseCost, RefusesWhatCannotBeReadToItsEnd) {
    const auto padding = field(2, std::string(kCostlyFromBytes, ' '));
    EXPECT_EQ(refusal<proto::GetUsers>(padding + "\x0b"), ErrorCode::malformed) << "a group";
    EXPECT_EQ(refusal<proto::GetUsers>(padding + "\x08"), ErrorCode::malformed) << "truncated";
}

TEST(ParseCost, CountsTheFieldsOfWhatIsNotParsed) {
    EXPECT_TRUE(check_fields(as_bytes(repeated(field(3, ""), 1000))).ok());
    const auto many = repeated(field(3, ""), 1'100'000);
    EXPECT_EQ(check_fields(as_bytes(many)).error().code, ErrorCode::too_many);
    EXPECT_EQ(check_fields(as_bytes("\x0b")).error().code, ErrorCode::malformed);
}

TEST(ParseCost, TakesTheLargestThatClientsMake) {
    proto::UpdateWorktree update;
    for (int i = 0; i < 256; ++i) {
        auto& entry = *update.add_updated_entries();
        entry.set_path(std::string(4096, 'p'));
        entry.mutable_mtime()->set_seconds(1);
        update.add_removed_entries(static_cast<std::uint64_t>(i) << 40);
    }
    EXPECT_TRUE(parse<proto::UpdateWorktree>(as_bytes(update.SerializeAsString())).ok());

    proto::UpdateChannelBuffer edits;
    for (std::uint32_t i = 1; i <= 9'000; ++i) {
        auto& edit = *edits.add_operations()->mutable_edit();
        edit.set_replica_id(8);
        edit.set_lamport_timestamp(i);
        auto& version = *edit.add_version();
        version.set_replica_id(8);
        version.set_timestamp(i - 1);
        edit.add_ranges()->set_start(i - 1);
        edit.add_new_text("a");
    }
    const auto typed = edits.SerializeAsString();
    ASSERT_GT(typed.size(), kCostlyFromBytes);
    EXPECT_TRUE(parse<proto::UpdateChannelBuffer>(as_bytes(typed)).ok());

    proto::UpdateRepository branches;
    for (int i = 0; i < 25'000; ++i) {
        auto& branch = *branches.add_branch_list();
        branch.set_ref_name("refs/heads/" + std::to_string(i));
        branch.mutable_most_recent_commit()->set_sha(std::string(40, 'a'));
        branch.mutable_most_recent_commit()->set_subject("subject");
        branch.mutable_most_recent_commit()->set_commit_timestamp(1);
        branch.mutable_most_recent_commit()->set_author_name("author");
    }
    EXPECT_TRUE(parse<proto::UpdateRepository>(as_bytes(branches.SerializeAsString())).ok());

    proto::UpdateWorktree path;
    path.set_root_name(std::string(60 << 20, 'x'));
    EXPECT_TRUE(parse<proto::UpdateWorktree>(as_bytes(path.SerializeAsString())).ok());
}

}  // namespace
}  // namespace collab::wire
