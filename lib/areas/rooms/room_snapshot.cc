// SPDX-License-Identifier: Apache-2.0
#include "areas/rooms/room_snapshot.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace collab::rooms {
namespace {

void fill_peer(proto::PeerId& message, PeerId peer) {
    message.set_owner_id(peer.server);
    message.set_id(peer.connection);
}

// Everything that is no known project or place counts as outside (spec 1, 4.2).
void fill_location(proto::ParticipantLocation& message, const ParticipantRow& row) {
    const auto is = [&row](LocationKind kind) {
        return row.location_kind == static_cast<std::int64_t>(kind);
    };
    if (is(LocationKind::shared_project) && row.location_project) {
        message.mutable_shared_project()->set_id(
            static_cast<std::uint64_t>(row.location_project->value));
    } else if (is(LocationKind::unshared_project)) {
        message.mutable_unshared_project();
    } else {
        message.mutable_external();
    }
}

void fill_participant(proto::Participant& message, const ParticipantRow& row,
                      const RoomRows& rows) {
    message.set_user_id(static_cast<std::uint64_t>(row.user.value));
    fill_peer(*message.mutable_peer_id(), *row.peer);
    message.set_participant_index(row.index);
    message.set_role(static_cast<proto::ChannelRole>(rpc::to_wire(row.role)));
    fill_location(*message.mutable_location(), row);
    for (const auto& project : rows.projects) {
        if (project.host != *row.peer) continue;
        auto& shared = *message.add_projects();
        shared.set_id(static_cast<std::uint64_t>(project.id.value));
        for (const auto& worktree : rows.worktrees) {
            if (worktree.project == project.id) {
                shared.add_worktree_root_names(worktree.root_name);
            }
        }
    }
}

proto::Room make_room(RoomId id, const RoomRows& rows) {
    proto::Room room;
    room.set_id(static_cast<std::uint64_t>(id.value));
    room.set_livekit_room(rows.livekit_room);
    for (const auto& row : rows.participants) {
        if (row.peer) {
            fill_participant(*room.add_participants(), row, rows);
            continue;
        }
        auto& pending = *room.add_pending_participants();
        pending.set_user_id(static_cast<std::uint64_t>(row.user.value));
        pending.set_calling_user_id(static_cast<std::uint64_t>(row.caller.value));
        if (row.initial_project) {
            pending.set_initial_project_id(static_cast<std::uint64_t>(row.initial_project->value));
        }
    }
    for (const auto& row : rows.followers) {
        auto& follower = *room.add_followers();
        fill_peer(*follower.mutable_leader_id(), row.leader);
        fill_peer(*follower.mutable_follower_id(), row.follower);
        follower.set_project_id(static_cast<std::uint64_t>(row.project.value));
    }
    return room;
}

rpc::ProjectState make_project_state(const ProjectRow& project, const RoomRows& rows) {
    rpc::ProjectState state;
    state.id = project.id;
    state.host_user = project.host_user;
    state.host = project.host;
    state.features = features_from_text(project.features);
    state.windows_paths = project.windows_paths;
    for (const auto& row : rows.collaborators) {
        if (row.project == project.id) state.collaborators.push_back(row.collaborator);
    }
    return state;
}

rpc::RoomState make_state(RoomId id, const RoomRows& rows) {
    rpc::RoomState state;
    state.id = id;
    state.channel = rows.channel;
    for (const auto& row : rows.participants) {
        if (row.peer) state.participants.push_back({row.user, *row.peer, row.role});
    }
    for (const auto& project : rows.projects) {
        state.projects.push_back(make_project_state(project, rows));
    }
    return state;
}

}  // namespace

std::vector<UserId> RoomSnapshot::users() const {
    std::vector<UserId> users;
    for (const auto& participant : state.participants) users.push_back(participant.user);
    return users;
}

Result<std::optional<RoomSnapshot>> load_room(db::Tx& tx, RoomId room) {
    return receive_snapshot(tx, room, send_room(tx, room));
}

Result<std::optional<RoomSnapshot>> receive_snapshot(db::Tx& tx, RoomId room,
                                                     const RoomTickets& tickets) {
    COLLAB_TRY(const auto rows, receive_room(tx, tickets));
    if (!rows) return std::optional<RoomSnapshot>();
    RoomSnapshot snapshot;
    snapshot.state = make_state(room, *rows);
    snapshot.message = make_room(room, *rows);
    snapshot.livekit_room = rows->livekit_room;
    snapshot.channel = rows->channel;
    for (const auto& row : rows->participants) {
        if (!row.peer) snapshot.pending.push_back(row.user);
    }
    snapshot.empty = snapshot.state.participants.empty();
    return std::optional<RoomSnapshot>(std::move(snapshot));
}

Result<std::vector<rpc::RoomState>> load_all_rooms(db::Tx& tx) {
    COLLAB_TRY(const auto rooms, read_all_rooms(tx));
    std::vector<rpc::RoomState> states;
    states.reserve(rooms.size());
    for (const auto& [id, rows] : rooms) states.push_back(make_state(id, rows));
    return states;
}

std::string features_to_text(const std::vector<std::string>& features) {
    return features.empty() ? "" : nlohmann::json(features).dump();
}

std::vector<std::string> features_from_text(std::string_view text) {
    const auto array = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    std::vector<std::string> features;
    if (!array.is_array()) return features;
    for (const auto& each : array) {
        if (each.is_string()) features.push_back(each);
    }
    return features;
}

}  // namespace collab::rooms
