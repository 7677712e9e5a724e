// SPDX-License-Identifier: Apache-2.0
#include "areas/buffers/buffer_handlers.h"

#include "areas/buffers/operation_rights.h"
#include "proto/core.pb.h"
#include "rpc/relay_rules.h"

namespace collab::buffers {
namespace {

Result<ProjectId> allowed_project(rpc::LiveCall& call, wire::Bytes payload,
                                  const Result<rpc::Right>& needed) {
    COLLAB_TRY(const auto right, needed);
    COLLAB_TRY(const auto project, rpc::project_of(payload));
    if (call.live().index.right(project, call.peer()) < right) {
        return Error{ErrorCode::denied, "you may not edit this project", {"reason=not_allowed"}};
    }
    return project;
}

}  // namespace

Status update_buffer(rpc::LiveCall& call, wire::Bytes payload) {
    COLLAB_TRY(const auto id, allowed_project(call, payload, right_for_update_buffer(payload)));
    const auto* project = call.live().index.project(id);
    const bool from_host = project->host == call.peer();
    const auto& body = call.incoming.body();
    for (const auto& collaborator : project->collaborators) {
        if (collaborator.is_host || !collaborator.may_read || collaborator.peer == call.peer()) {
            continue;
        }
        call.live().hub.forward(collaborator.peer, call.incoming.tag, body, call.peer());
    }
    if (from_host) return ok();
    rpc::Pending pending;
    pending.project = id;
    pending.answers[0] = wire::tag_of<proto::Ack>();
    pending.refusable = false;
    call.answer_later();
    return call.router.relay_request(call.session, call.incoming, project->host,
                                     std::move(pending));
}

Status update_context(rpc::LiveCall& call, wire::Bytes payload) {
    COLLAB_TRY(const auto id, allowed_project(call, payload, right_for_update_context(payload)));
    call.forward_to(call.live().hub.resolve(rpc::ToProject{id}));
    return ok();
}

}  // namespace collab::buffers
