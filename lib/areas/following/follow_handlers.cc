// SPDX-License-Identifier: Apache-2.0
#include "areas/following/follow_handlers.h"

#include "areas/following/follow_queries.h"
#include "areas/following/view_update.h"
#include "areas/rooms/room_updates.h"
#include "rpc/live.h"

namespace collab::following {
namespace {

// Follow and Unfollow have the same fields.
struct Wish {
    RoomId room;
    PeerId leader;
    std::optional<ProjectId> project;
};

template <class M>
Result<Wish> wish_of(const M& request) {
    if (!request.has_leader_id()) return Error{ErrorCode::invalid, "no leader"};
    Wish wish{{static_cast<std::int64_t>(request.room_id())},
              {request.leader_id().owner_id(), request.leader_id().id()},
              {}};
    if (request.has_project_id()) {
        wish.project = ProjectId{static_cast<std::int64_t>(request.project_id())};
    }
    return wish;
}

Error not_together() {
    return {ErrorCode::denied, "you are not in this call with each other"};
}

Status check(const rpc::Index& index, const Wish& wish, PeerId follower) {
    if (follower == wish.leader || index.participant(wish.room, follower) == nullptr ||
        index.participant(wish.room, wish.leader) == nullptr) {
        return not_together();
    }
    if (!wish.project) return ok();
    const auto* const room = index.room_of(*wish.project);
    if (room == nullptr || room->id != wish.room) {
        return Error{ErrorCode::denied, "no such project in this call"};
    }
    return ok();
}

// Who is banned inside the call shows nothing to anybody.
bool may_show_views(const rpc::Index& index, const ViewUpdate& update, PeerId peer) {
    if (update.project) {
        return index.is_collaborator(*update.project, peer) &&
               index.right(*update.project, peer) != rpc::Right::none;
    }
    const auto* const participant = index.participant(update.room, peer);
    return participant != nullptr && may_read_projects(participant->role);
}

}  // namespace

rpc::Task<Status> follow(std::shared_ptr<rpc::Conversation> conversation, proto::Follow request) {
    COLLAB_CO_TRY(const auto wish, wish_of(request));
    COLLAB_CO_DO(check(conversation->live().index, wish, conversation->peer()));
    COLLAB_CO_TRY(const auto answer, co_await conversation->forward(wish.leader));
    if (answer.tag != wire::tag_of<proto::FollowResponse>() &&
        answer.tag != wire::tag_of<proto::Error>()) {
        co_return Error{ErrorCode::internal, "the leader gave a wrong kind of answer"};
    }
    conversation->relay(answer);
    if (answer.tag == wire::tag_of<proto::Error>() || !wish.project) co_return ok();

    const Follow row{wish.room, *wish.project, wish.leader, conversation->peer()};
    std::function<Status(rpc::Call&)> store = [row](rpc::Call& call) -> Status {
        COLLAB_TRY(const bool is_new, insert_follow(call.tx, row));
        if (is_new) rooms::post_room_updated(call, row.room);
        return ok();
    };
    co_return co_await conversation->write(std::move(store), db::Durability::crash);
}

Status unfollow(rpc::Call& call, const proto::Unfollow& request) {
    COLLAB_TRY(const auto wish, wish_of(request));
    COLLAB_TRY(const bool together, are_in_room(call.tx, wish.room, call.peer(), wish.leader));
    if (!together) return not_together();
    const auto tag = wire::tag_of<proto::Unfollow>();
    const auto body = call.frame ? call.frame : wire::encode(tag, request);
    call.outbox.post({rpc::ToPeer{wish.leader}, tag, body, {}, call.peer()});
    if (!wish.project) return ok();
    COLLAB_DO(delete_follow(call.tx, {wish.room, *wish.project, wish.leader, call.peer()}));
    rooms::post_room_updated(call, wish.room);
    return ok();
}

Status update_followers(rpc::LiveCall& call, wire::Bytes payload) {
    COLLAB_TRY(const auto update, peek_view_update(payload));
    const auto& index = call.live().index;
    if (!may_show_views(index, update, call.peer())) return not_together();
    auto peers = update.project ? call.live().hub.resolve(rpc::ToProject{*update.project})
                                : call.live().hub.resolve(rpc::ToRoom{update.room});
    if (update.leader) std::erase(peers, *update.leader);
    call.forward_to(peers);
    return ok();
}

}  // namespace collab::following
