// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/join.h"

#include <algorithm>
#include <set>

#include "areas/projects/live_projects.h"
#include "areas/projects/project_messages.h"
#include "areas/projects/project_queries.h"
#include "areas/projects/transfer.h"
#include "areas/rooms/room_updates.h"

namespace collab::projects {
namespace {

constexpr std::uint32_t kFirstGuestReplica = 8;  // decisions 9
constexpr std::uint32_t kLastReplica = 65535;

// Like a missing project to who may not read it (spec 1, 1.10 keeps the code Internal).
Error no_access() {
    return {ErrorCode::internal, "there is no such project, or you may not read it"};
}

template <class List>
std::set<std::string> as_set(const List& list) {
    return {list.begin(), list.end()};
}

Status check_features(const rpc::Live& live, const rpc::ProjectState& project,
                      const rpc::Caller& guest, const proto::JoinProject& request) {
    if (as_set(project.features) == as_set(request.features())) return ok();
    const auto* host = live.hub.session(project.host);
    return Error{ErrorCode::internal,
                 "The host (v" + (host != nullptr ? host->caller().version.text() : "unknown") +
                     ") and guest (v" + guest.version.text() +
                     ") are using incompatible versions of Zed. The peer with the older version "
                     "must update to collaborate."};
}

Result<std::uint32_t> lowest_free(std::vector<std::uint32_t> taken) {
    std::sort(taken.begin(), taken.end());
    std::uint32_t free = kFirstGuestReplica;
    for (const auto replica : taken) {
        if (replica == free) ++free;
    }
    if (free > kLastReplica) return Error{ErrorCode::too_many, "the project is full"};
    return free;
}

// On the writer: the guest's row, and everybody else is told.
Status admit(rpc::Call& call, const proto::JoinProject& request) {
    const ProjectId project{static_cast<std::int64_t>(request.project_id())};
    COLLAB_TRY(const auto joining, load_joining(call.tx, project, call.peer()));
    if (!joining || !joining->room || !joining->role || !rpc::may_read_projects(*joining->role)) {
        return no_access();
    }
    if (joining->inside) return Error{ErrorCode::conflict, "you are in this project already"};
    NewGuest guest{call.peer(), call.user(), 0, {}, {}};
    COLLAB_TRY(guest.replica, lowest_free(joining->replicas));
    if (request.has_committer_name()) guest.committer_name = request.committer_name();
    if (request.has_committer_email()) guest.committer_email = request.committer_email();
    COLLAB_DO(insert_guest(call.tx, project, guest));
    COLLAB_TRY(const auto room, rooms::load_room(call.tx, *joining->room));
    if (!room) return no_access();
    rooms::post_room_index(call.outbox, *room);
    proto::AddProjectCollaborator added;
    added.set_project_id(request.project_id());
    *added.mutable_collaborator() =
        make_collaborator({guest.peer, guest.user, guest.replica, false, guest.committer_name,
                           guest.committer_email});
    call.outbox.to_project(project, added, call.peer());
    return ok();
}

proto::JoinProjectResponse make_response(const rpc::Live& live, const SharedProject& project,
                                         const rpc::ProjectState& state, PeerId joiner) {
    proto::JoinProjectResponse response;
    response.set_project_id(static_cast<std::uint64_t>(project.id.value));
    response.set_windows_paths(state.windows_paths);
    response.mutable_features()->Assign(state.features.begin(), state.features.end());
    for (const auto& each : state.collaborators) {
        if (each.peer == joiner) response.set_replica_id(each.replica);
    }
    if (const auto* room = live.index.room_of(project.id)) {
        const auto* participant = live.index.participant(room->id, joiner);
        if (participant != nullptr) {
            response.set_role(static_cast<proto::ChannelRole>(rpc::to_wire(participant->role)));
        }
    }
    describe(project, state, joiner, response);
    return response;
}

}  // namespace

rpc::Later<Status> loaded(rpc::Live& live, ProjectId project) {
    rpc::Later<Status> later;
    LiveProjects::of(live).load(project, [later](const Result<SharedProject*>& found) {
        later.resolve(found.ok() ? ok() : Status(found.error()));
    });
    return later;
}

rpc::Task<Status> join_project(std::shared_ptr<rpc::Conversation> conversation,
                               proto::JoinProject request) {
    auto& live = conversation->live();
    const ProjectId id{static_cast<std::int64_t>(request.project_id())};
    const PeerId joiner = conversation->peer();
    const auto* known = live.index.project(id);
    if (known == nullptr || live.index.right(id, joiner) == rpc::Right::none) co_return no_access();
    COLLAB_CO_DO(check_features(live, *known, conversation->caller(), request));
    conversation->take_place();
    COLLAB_CO_DO(co_await loaded(live, id));

    std::function<Status(rpc::Call&)> work = [request](rpc::Call& call) {
        return admit(call, request);
    };
    COLLAB_CO_DO(co_await conversation->write(std::move(work), db::Durability::crash));

    const auto* state = live.index.project(id);
    auto* project = LiveProjects::of(live).find(id);
    if (state == nullptr || project == nullptr) co_return no_access();
    const auto response = make_response(live, *project, *state, joiner);
    conversation->reply(response);
    std::vector<std::uint64_t> servers;
    for (const auto& server : response.language_servers()) servers.push_back(server.id());
    if (auto* session = conversation->session()) {
        Transfer::start(live, *project, *session, {}, std::move(servers));
    }
    co_return ok();
}

}  // namespace collab::projects
