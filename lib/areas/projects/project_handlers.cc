// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/project_handlers.h"

#include "areas/projects/journal.h"
#include "areas/projects/live_projects.h"
#include "areas/projects/project_messages.h"
#include "areas/projects/project_queries.h"
#include "areas/rooms/room_updates.h"

namespace collab::projects {
namespace {

ProjectId project_id(std::uint64_t number) {
    return {static_cast<std::int64_t>(number)};
}

Status check_count(const rpc::Call& call, int worktrees) {
    if (static_cast<std::size_t>(worktrees) <= call.settings.limits.project_worktrees) return ok();
    return Error{
        ErrorCode::too_many, "the project has too many worktrees", {"reason=project_worktrees"}};
}

Error not_the_host() {
    return {ErrorCode::denied, "only the host of this project may do that"};
}

// The row of what the host does not name again is the newest that is known.
void keep_root_repository(const std::vector<proto::WorktreeMetadata>& known,
                          proto::WorktreeMetadata& named) {
    if (named.has_root_repo_common_dir()) return;
    for (const auto& each : known) {
        if (each.id() != named.id() || !each.has_root_repo_common_dir()) continue;
        named.set_root_repo_common_dir(each.root_repo_common_dir());
        named.set_root_repo_is_linked_worktree(each.root_repo_is_linked_worktree());
    }
}

}  // namespace

Result<proto::ShareProjectResponse> share_project(rpc::Call& call,
                                                  const proto::ShareProject& request) {
    COLLAB_TRY(const auto place, find_place(call.tx, call.peer()));
    if (!place) return Error{ErrorCode::denied, "you are not in a room"};
    if (place->room.value != static_cast<std::int64_t>(request.room_id())) {
        return Error{ErrorCode::denied, "you are in another room"};
    }
    if (!rpc::may_edit_projects(place->role)) {
        return Error{ErrorCode::denied, "your role in this room may not share projects"};
    }
    COLLAB_DO(check_count(call, request.worktrees_size()));
    NewProject project;
    project.room = place->room;
    project.host_user = place->user;
    project.host = call.peer();
    project.features = {request.features().begin(), request.features().end()};
    project.windows_paths = request.windows_paths();
    project.over_ssh = request.is_ssh_project();
    COLLAB_TRY(const auto id, insert_project(call.tx, project));
    COLLAB_DO(replace_worktrees(call.tx, id, request.worktrees()));
    call.outbox.effect([id, worktrees = request.worktrees()](rpc::Live& live) {
        LiveProjects::of(live).create(id, worktrees);
    });
    call.outbox.reply();
    rooms::post_room_updated(call, place->room);
    proto::ShareProjectResponse response;
    response.set_project_id(static_cast<std::uint64_t>(id.value));
    return response;
}

Status end_project(rpc::Call& call, ProjectId project) {
    proto::UnshareProject message;
    message.set_project_id(static_cast<std::uint64_t>(project.value));
    call.outbox.to_guests(project, message);
    return delete_project(call.tx, project);
}

Status unshare_project(rpc::Call& call, const proto::UnshareProject& request) {
    const auto project = project_id(request.project_id());
    COLLAB_TRY(const auto room, find_hosted(call.tx, project, call.peer()));
    if (!room) return not_the_host();
    COLLAB_DO(end_project(call, project));
    rooms::post_room_updated(call, *room);
    return ok();
}

Status store_worktrees(rpc::Call& call, const proto::UpdateProject& update, const wire::Body& frame,
                       const KnownWorktrees& known) {
    COLLAB_DO(check_count(call, update.worktrees_size()));
    const auto project = project_id(update.project_id());
    MetadataList worktrees = update.worktrees();
    if (const auto found = known.find(project); found != known.end()) {
        for (auto& worktree : worktrees) keep_root_repository(found->second, worktree);
    }
    COLLAB_DO(replace_worktrees(call.tx, project, worktrees));
    COLLAB_DO(append_to_journal(call.tx, project, wire::tag_of<proto::UpdateProject>(), *frame));
    call.outbox.effect([project, worktrees = std::move(worktrees)](rpc::Live& live) {
        LiveProjects::of(live).set_worktrees(project, worktrees);
    });
    return ok();
}

Status update_project(rpc::Call& call, const proto::UpdateProject& request) {
    const auto project = project_id(request.project_id());
    const auto worktrees_ticket = send_worktrees(call.tx, {project.value});
    COLLAB_TRY(const auto room, find_hosted(call.tx, project, call.peer()));
    if (!room) return not_the_host();
    COLLAB_TRY(const auto known, receive_worktrees(call.tx, worktrees_ticket));
    const auto tag = wire::tag_of<proto::UpdateProject>();
    const auto frame = call.frame ? call.frame : wire::encode(tag, request);
    COLLAB_DO(store_worktrees(call, request, frame, known));
    call.outbox.post({rpc::ToGuests{project}, tag, frame, {}, call.peer()});
    rooms::post_room_updated(call, *room);
    return ok();
}

Status leave_project(rpc::Call& call, const proto::LeaveProject& request) {
    const auto project = project_id(request.project_id());
    COLLAB_TRY(const auto joining, load_joining(call.tx, project, call.peer()));
    if (!joining || !joining->inside)
        return Error{ErrorCode::denied, "you are not in this project"};
    COLLAB_TRY(const auto hosted, find_hosted(call.tx, project, call.peer()));
    if (hosted) {
        COLLAB_DO(end_project(call, project));
    } else {
        COLLAB_TRY([[maybe_unused]] const bool left,
                   delete_collaborator(call.tx, project, call.peer()));
        call.outbox.to_project(project, rooms::make_removed_collaborator(project, call.peer()),
                               call.peer());
    }
    if (joining->room) rooms::post_room_updated(call, *joining->room);
    return ok();
}

}  // namespace collab::projects
