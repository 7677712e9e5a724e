// SPDX-License-Identifier: Apache-2.0
#pragma once

// What tests of shared projects stand on: a world with the projects' routes, people in a room, and
// a client's view of a project, built from the messages as an editor builds it.

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "areas/projects/project_routes.h"
#include "areas/rooms/room_snapshot.h"
#include "proto/projects.pb.h"
#include "support/rpc_world.h"

namespace collab::test {

// What an editor knows of a project. Two that saw the same project are equal.
struct ProjectView {
    struct Tree {
        std::string root_name;
        std::string abs_path;
        std::uint64_t scan_id = 0;
        bool complete = false;
        std::optional<std::string> common_dir;
        std::map<std::uint64_t, std::string> entries;
        std::map<std::pair<std::string, std::uint64_t>, std::string> diagnostics;
        std::map<std::pair<std::string, int>, std::string> settings;
        bool operator==(const Tree&) const = default;
    };
    struct Git {
        std::string fields;
        std::map<std::string, std::string> statuses;
        std::string branches;
        std::string common_dir;
        std::string repository_dir;
        bool operator==(const Git&) const = default;
    };
    std::map<std::uint64_t, Tree> trees;
    std::map<std::uint64_t, Git> repositories;
    std::map<std::uint64_t, std::string> servers;
    bool operator==(const ProjectView&) const = default;

    // Where the other one differs, for people; empty when they are equal.
    std::string difference(const ProjectView& other) const;

    void apply(const Received& message);
    void apply(const proto::JoinProjectResponse& response);
};

class ProjectTest : public testing::TestWithParam<Engine> {
protected:
    void SetUp() override;

    // A room where all of them answer, the first as its admin, the others in `role`.
    RoomId given_room(const std::vector<FakeClient*>& people, const std::string& role = "member");
    FakeClient& person(const std::string& name, std::string_view version = "1.14.0");
    // The same user on a new connection; the old one is gone.
    FakeClient& back(FakeClient& lost, std::string_view version = "1.14.0");
    void restart();

    // A shares a project with worktree 1 "root" into the room.
    std::uint64_t share(FakeClient& host, RoomId room, std::uint64_t worktrees = 1);
    proto::JoinProjectResponse join(FakeClient& guest, std::uint64_t project);
    static proto::WorktreeMetadata worktree(std::uint64_t id);
    static proto::Entry entry(std::uint64_t id, const std::string& path);
    static proto::UpdateWorktree update(std::uint64_t project, std::uint64_t scan_id,
                                        const std::vector<proto::Entry>& entries = {},
                                        const std::vector<std::uint64_t>& removed = {});
    static proto::UpdateRepository repository(std::uint64_t project, std::uint64_t scan_id,
                                              const std::vector<std::string>& modified = {});
    // Everything that a client has received so far, applied.
    static ProjectView view_of(FakeClient& client);

    std::optional<RpcWorld> world_;

    RpcWorld& world() { return *world_; }
};

// The host has shared a project with worktree 1, and the guest has joined it.
class SharedProjectTest : public ProjectTest {
protected:
    void SetUp() override;

    FakeClient* host = nullptr;
    FakeClient* guest = nullptr;
    RoomId room;
    std::uint64_t project = 0;
};

}  // namespace collab::test
