// SPDX-License-Identifier: Apache-2.0
#include "rpc/index.h"

#include <algorithm>

namespace collab::rpc {
namespace {

template <class Map, class Key>
auto* find_in(Map& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

// Who was banned in a call, or has left it, hears nothing more of its projects.
void set_rights(RoomState& room) {
    const auto may_read = [&](PeerId peer) {
        const auto found = std::ranges::find(room.participants, peer, &Participant::peer);
        return found != room.participants.end() && may_read_projects(found->role);
    };
    for (auto& project : room.projects) {
        for (auto& each : project.collaborators) each.may_read = may_read(each.peer);
    }
}

}  // namespace

std::vector<ProjectId> Index::forget(RoomId id) {
    std::vector<ProjectId> projects;
    const auto found = rooms_.find(id);
    if (found == rooms_.end()) return projects;
    for (const auto& participant : found->second.participants) {
        const auto* room = find_in(room_of_peer_, participant.peer);
        if (room != nullptr && *room == id) room_of_peer_.erase(participant.peer);
    }
    for (const auto& project : found->second.projects) {
        room_of_project_.erase(project.id);
        projects.push_back(project.id);
    }
    rooms_.erase(found);
    return projects;
}

void Index::put_room(RoomState room) {
    const RoomId id = room.id;
    auto gone = forget(id);
    for (const auto& participant : room.participants) room_of_peer_[participant.peer] = id;
    for (const auto& project : room.projects) {
        room_of_project_[project.id] = id;
        std::erase(gone, project.id);
    }
    set_rights(room);
    rooms_[id] = std::move(room);
    for (const auto& observer : observers_) observer(id, gone);
}

void Index::remove_room(RoomId id) {
    const auto gone = forget(id);
    for (const auto& observer : observers_) observer(id, gone);
}

const RoomState* Index::room(RoomId id) const {
    return find_in(rooms_, id);
}

const RoomState* Index::room_of(PeerId peer) const {
    const auto* id = find_in(room_of_peer_, peer);
    return id == nullptr ? nullptr : room(*id);
}

const RoomState* Index::room_of(ProjectId project) const {
    const auto* id = find_in(room_of_project_, project);
    return id == nullptr ? nullptr : room(*id);
}

const ProjectState* Index::project(ProjectId id) const {
    const auto* owner = room_of(id);
    if (owner == nullptr) return nullptr;
    const auto found = std::ranges::find(owner->projects, id, &ProjectState::id);
    return found == owner->projects.end() ? nullptr : &*found;
}

const Participant* Index::participant(RoomId id, PeerId peer) const {
    const auto* owner = room(id);
    if (owner == nullptr) return nullptr;
    const auto found = std::ranges::find(owner->participants, peer, &Participant::peer);
    return found == owner->participants.end() ? nullptr : &*found;
}

Right Index::right(ProjectId project, PeerId peer) const {
    const auto* owner = room_of(project);
    if (owner == nullptr) return Right::none;
    const auto* who = participant(owner->id, peer);
    if (who == nullptr || !may_read_projects(who->role)) return Right::none;
    return may_edit_projects(who->role) ? Right::write : Right::read;
}

bool Index::is_host(ProjectId id, PeerId peer) const {
    const auto* found = project(id);
    return found != nullptr && found->host == peer;
}

bool Index::is_collaborator(ProjectId id, PeerId peer) const {
    const auto* found = project(id);
    return found != nullptr && std::ranges::find(found->collaborators, peer, &Collaborator::peer) !=
                                   found->collaborators.end();
}

}  // namespace collab::rpc
