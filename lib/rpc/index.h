// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the loop knows of the rows: who is in which room and project, with which role. A room is
// always replaced whole, by an effect of the committed request that changed it, so the index can
// not drift from the database. Decides every relay without SQL. Thread: loop.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "rpc/role.h"

namespace collab::rpc {

struct Participant {
    UserId user;
    PeerId peer;
    Role role;
};

struct Collaborator {
    PeerId peer;
    UserId user;
    std::uint32_t replica = 0;
    bool is_host = false;
    std::optional<std::string> committer_name;
    std::optional<std::string> committer_email;
    // Set by the Index: by his role in the room.
    bool may_read = true;
};

struct ProjectState {
    ProjectId id;
    UserId host_user;
    PeerId host;
    std::vector<std::string> features;
    bool windows_paths = false;
    std::vector<Collaborator> collaborators;  // the host's row included
};

// Answered participants only.
struct RoomState {
    RoomId id;
    std::optional<ChannelId> channel;
    std::vector<Participant> participants;
    std::vector<ProjectState> projects;
};

// What somebody may do with a project, by the role in its room (spec 1, 3.2).
enum class Right { none, read, write };

class Index {
public:
    // Replaces all that is known of the room and its projects.
    void put_room(RoomState room);
    void remove_room(RoomId room);

    // Null when unknown. Valid until the next change.
    const RoomState* room(RoomId room) const;
    const RoomState* room_of(PeerId peer) const;
    const RoomState* room_of(ProjectId project) const;
    const ProjectState* project(ProjectId project) const;

    Right right(ProjectId project, PeerId peer) const;
    bool is_host(ProjectId project, PeerId peer) const;
    bool is_collaborator(ProjectId project, PeerId peer) const;  // the host included
    const Participant* participant(RoomId room, PeerId peer) const;

    std::size_t room_count() const { return rooms_.size(); }
    std::size_t project_count() const { return room_of_project_.size(); }
    template <class F>
    void for_each_room(F&& f) const {
        for (const auto& [id, room] : rooms_) f(room);
    }

    // Called after a room was replaced or removed, with the projects that it no longer has.
    using Observer = std::function<void(RoomId, const std::vector<ProjectId>& gone)>;
    void observe(Observer observer) { observers_.push_back(std::move(observer)); }

private:
    std::unordered_map<RoomId, RoomState> rooms_;
    std::unordered_map<ProjectId, RoomId> room_of_project_;
    std::unordered_map<PeerId, RoomId> room_of_peer_;
    std::vector<Observer> observers_;

    std::vector<ProjectId> forget(RoomId room);
};

}  // namespace collab::rpc
