// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/rejoin_room.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "areas/projects/join.h"
#include "areas/projects/live_projects.h"
#include "areas/projects/presence_refresh.h"
#include "areas/projects/project_handlers.h"
#include "areas/projects/project_messages.h"
#include "areas/projects/rejoin_queries.h"
#include "areas/projects/transfer.h"
#include "areas/rooms/rejoin.h"
#include "areas/rooms/room_updates.h"

namespace collab::projects {
namespace {

ProjectId project_id(std::uint64_t number) {
    return {static_cast<std::int64_t>(number)};
}

// Leaves the first of those that name the same project.
template <class Projects, class Id>
void name_once(Projects* projects, Id id) {
    std::set<std::uint64_t> named;
    projects->erase(
        std::remove_if(projects->begin(), projects->end(),
                       [&](const auto& each) { return !named.insert((each.*id)()).second; }),
        projects->end());
}

// What the commit has settled.
struct Outcome {
    proto::Room room;
    std::optional<ChannelId> channel;
    std::vector<ProjectId> reshared;
    std::vector<ProjectId> rejoined;
};

const Seat* find_seat(const std::vector<Seat>& seats, ProjectId project) {
    const auto found = std::find_if(seats.begin(), seats.end(),
                                    [&](const Seat& seat) { return seat.project == project; });
    return found == seats.end() ? nullptr : &*found;
}

proto::UpdateProjectCollaborator moved(const Seat& seat, PeerId to) {
    proto::UpdateProjectCollaborator message;
    message.set_project_id(static_cast<std::uint64_t>(seat.project.value));
    *message.mutable_old_peer_id() = make_peer(seat.peer);
    *message.mutable_new_peer_id() = make_peer(to);
    return message;
}

// What the rows said before, and what was moved at once.
struct RejoinRows {
    rooms::RejoinedParticipant place;
    Seats seats;
    std::unordered_set<std::int64_t> moved;  // rows of guests
    KnownWorktrees worktrees;                // of what is reshared
};
struct Asked {
    rooms::RejoinTickets place;
    SeatTickets seats;
    db::Ticket visits;
    db::Ticket worktrees;     // for hosts
    rooms::RoomTickets room;  // for guests, as it is then
};

template <class Projects, class Id>
std::vector<std::int64_t> numbers(const Projects& projects, Id id) {
    std::vector<std::int64_t> list;
    for (const auto& project : projects) list.push_back(project_id((project.*id)()).value);
    return list;
}

// Who reshares moves more rows once it is known which.
bool hosts(const proto::RejoinRoom& request) {
    return request.reshared_projects_size() > 0;
}

Asked ask_all(rpc::Call& call, const proto::RejoinRoom& request) {
    const RoomId room{static_cast<std::int64_t>(request.id())};
    auto& tx = call.tx;
    Asked tickets{};
    tickets.place = rooms::send_rejoin(call, room);
    tickets.seats = send_seats(tx, room, call.user());
    tickets.visits =
        send_visits(tx, room, call.user(),
                    numbers(request.rejoined_projects(), &proto::RejoinProject::id), call.peer());
    if (!hosts(request)) {
        tickets.room = rooms::send_room(tx, room);
        return tickets;
    }
    tickets.worktrees =
        send_worktrees(tx, numbers(request.reshared_projects(), &proto::UpdateProject::project_id));
    return tickets;
}

Result<RejoinRows> fetch_all(rpc::Call& call, const proto::RejoinRoom& request,
                             const Asked& tickets) {
    COLLAB_TRY(const auto place, rooms::receive_rejoin(call.tx, tickets.place));
    RejoinRows found{place, {}, {}, {}};
    COLLAB_TRY(found.seats, receive_seats(call.tx, tickets.seats, call.peer()));
    COLLAB_TRY(found.moved, receive_visits(call.tx, tickets.visits));
    if (hosts(request)) {
        COLLAB_TRY(found.worktrees, receive_worktrees(call.tx, tickets.worktrees));
    }
    return found;
}

// Whether there was such a project.
Result<bool> end_what_is_not_reshared(rpc::Call& call, const proto::RejoinRoom& request,
                                      const Seats& seats) {
    std::set<ProjectId> kept;
    for (const auto& update : request.reshared_projects())
        kept.insert(project_id(update.project_id()));
    bool ended = false;
    for (const auto project : seats.owned) {
        if (kept.contains(project)) continue;
        COLLAB_DO(end_project(call, project));
        // Another machine of the user may still be sharing it.
        const auto* seat = find_seat(seats.hosted, project);
        if (seat != nullptr && seat->peer != call.peer()) {
            call.outbox.to_peer(seat->peer, rooms::make_unshare(project));
        }
        ended = true;
    }
    return ended;
}

Status reshare(rpc::Call& call, const proto::RejoinRoom& request, const RejoinRows& found) {
    for (const auto& update : request.reshared_projects()) {
        const auto* seat = find_seat(found.seats.hosted, project_id(update.project_id()));
        if (seat == nullptr)
            return Error{ErrorCode::invalid, "no such project of yours in this room"};
        COLLAB_DO(move_host(call.tx, *seat, call.peer()));
        call.outbox.effect([project = seat->project, was = seat->peer](rpc::Live& live) {
            LiveProjects::of(live).host_was(project, was);
        });
        COLLAB_DO(store_worktrees(call, update,
                                  wire::encode(wire::tag_of<proto::UpdateProject>(), update),
                                  found.worktrees));
    }
    return ok();
}

// What the others hear, after the response and RoomUpdated (spec 2, 4.1 steps 3 and 4).
void tell_others(rpc::Call& call, const proto::RejoinRoom& request, const Seats& seats,
                 const Outcome& outcome) {
    for (const auto& update : request.reshared_projects()) {
        const auto project = project_id(update.project_id());
        call.outbox.to_guests(project, moved(*find_seat(seats.hosted, project), call.peer()));
        const auto tag = wire::tag_of<proto::UpdateProject>();
        call.outbox.post({rpc::ToGuests{project}, tag, wire::encode(tag, update), {}, call.peer()});
    }
    for (const auto project : outcome.rejoined) {
        call.outbox.to_project(project, moved(*find_seat(seats.visited, project), call.peer()),
                               call.peer());
    }
}

Outcome make_outcome(const proto::RejoinRoom& request, const RejoinRows& found) {
    Outcome outcome;
    outcome.channel = found.place.channel;
    for (const auto& update : request.reshared_projects()) {
        outcome.reshared.push_back(project_id(update.project_id()));
    }
    for (const auto& project : request.rejoined_projects()) {
        const auto* seat = find_seat(found.seats.visited, project_id(project.id()));
        if (seat == nullptr || !found.moved.contains(seat->row)) continue;
        outcome.rejoined.push_back(seat->project);
    }
    return outcome;
}

// On the writer: all rows at once, or none. One round trip for guests, which those who are asked
// together share, two for hosts, however many projects they have.
Result<Outcome> take_places(rpc::Call& call, const proto::RejoinRoom& request,
                            const Asked& tickets) {
    const RoomId room{static_cast<std::int64_t>(request.id())};
    std::optional<rooms::RoomSnapshot> snapshot;
    if (!hosts(request)) {
        COLLAB_TRY(snapshot, rooms::receive_snapshot(call.tx, room, tickets.room));
    }
    COLLAB_TRY(const auto found, fetch_all(call, request, tickets));
    COLLAB_TRY(const bool ended, end_what_is_not_reshared(call, request, found.seats));
    COLLAB_DO(reshare(call, request, found));
    if (hosts(request) || ended) {
        COLLAB_TRY(snapshot, rooms::load_room(call.tx, room));
    }
    if (!snapshot) return Error{ErrorCode::not_found, "no such room"};
    auto outcome = make_outcome(request, found);
    outcome.room = snapshot->message;
    rooms::post_room_index(call.outbox, *snapshot);
    call.outbox.reply();
    rooms::post_room_message(call.outbox, *snapshot);
    tell_others(call, request, found.seats, outcome);
    return outcome;
}

Known known_of(const proto::RejoinProject& project) {
    Known known;
    for (const auto& worktree : project.worktrees()) {
        known.worktrees[worktree.id()] = worktree.scan_id();
    }
    for (const auto& repository : project.repositories()) {
        known.repositories[repository.id()] = repository.scan_id();
    }
    return known;
}

proto::RejoinRoomResponse make_response(rpc::Live& live, const Outcome& outcome, PeerId peer) {
    proto::RejoinRoomResponse response;
    *response.mutable_room() = outcome.room;
    for (const auto id : outcome.reshared) {
        auto& reshared = *response.add_reshared_projects();
        reshared.set_id(static_cast<std::uint64_t>(id.value));
        for (const auto& each : live.index.project(id)->collaborators) {
            if (each.peer != peer) *reshared.add_collaborators() = make_collaborator(each);
        }
    }
    for (const auto id : outcome.rejoined) {
        const auto* project = LiveProjects::of(live).find(id);
        if (project == nullptr) continue;
        auto& rejoined = *response.add_rejoined_projects();
        rejoined.set_id(static_cast<std::uint64_t>(id.value));
        describe(*project, *live.index.project(id), peer, rejoined);
    }
    return response;
}

std::vector<ProjectId> named_projects(const proto::RejoinRoom& request) {
    std::vector<ProjectId> named;
    for (const auto& update : request.reshared_projects()) {
        named.push_back(project_id(update.project_id()));
    }
    for (const auto& project : request.rejoined_projects())
        named.push_back(project_id(project.id()));
    return named;
}

// Whether the user has a place in the project, as far as the loop knows.
bool has_place(const rpc::Live& live, ProjectId id, UserId user) {
    const auto* project = live.index.project(id);
    return project != nullptr &&
           std::any_of(project->collaborators.begin(), project->collaborators.end(),
                       [&](const auto& each) { return each.user == user; });
}

// The index takes over the room as its rows are, if the user is in it: its people may have come
// from another server, which told nobody here.
rpc::Later<Status> learn_room(rpc::Live& live, RoomId room, UserId user) {
    rpc::Later<Status> later;
    auto look = [room, user](rpc::Call& call) -> Status {
        COLLAB_TRY(const auto snapshot, rooms::load_room(call.tx, room));
        if (!snapshot) return ok();
        const auto& people = snapshot->state.participants;
        if (std::any_of(people.begin(), people.end(),
                        [user](const auto& each) { return each.user == user; })) {
            rooms::post_room_index(call.outbox, *snapshot);
        }
        return ok();
    };
    auto done = [later, &live](Status status, rpc::Outbox outbox) {
        live.carry_out(outbox, [] {});
        later.resolve(std::move(status));
    };
    live.writer.submit(
        {db::Durability::crash, rpc::nobody(), nullptr, std::move(look), std::move(done), {}});
    return later;
}

}  // namespace

rpc::Task<Status> rejoin_room(std::shared_ptr<rpc::Conversation> conversation,
                              proto::RejoinRoom request) {
    auto& live = conversation->live();
    name_once(request.mutable_reshared_projects(), &proto::UpdateProject::project_id);
    name_once(request.mutable_rejoined_projects(), &proto::RejoinProject::id);
    conversation->take_place();
    conversation->hold_pings();
    const UserId user = conversation->caller().user;
    const auto named = named_projects(request);
    const auto unknown = [&](ProjectId id) { return !has_place(live, id, user); };
    if (std::any_of(named.begin(), named.end(), unknown)) {
        COLLAB_CO_DO(co_await learn_room(live, {static_cast<std::int64_t>(request.id())}, user));
    }
    for (const auto id : named) {
        if (unknown(id)) continue;
        const Status found = co_await loaded(live, id);
        if (!found.ok() && found.error().code != ErrorCode::not_found) co_return found.error();
    }
    const auto asked = std::make_shared<Asked>();
    std::function<bool(rpc::Call&)> ask = [request, asked](rpc::Call& call) {
        *asked = ask_all(call, request);
        return !hosts(request);
    };
    std::function<Result<Outcome>(rpc::Call&)> work = [request, asked](rpc::Call& call) {
        return take_places(call, request, *asked);
    };
    COLLAB_CO_TRY(const auto outcome, co_await conversation->write(
                                          std::move(work), db::Durability::crash, std::move(ask)));

    const PeerId peer = conversation->peer();
    conversation->reply(make_response(live, outcome, peer));
    auto* session = conversation->session();
    if (session == nullptr) co_return ok();
    for (const auto& project : request.rejoined_projects()) {
        const auto id = project_id(project.id());
        const auto* state = LiveProjects::of(live).find(id);
        if (state == nullptr || !live.index.is_collaborator(id, peer)) continue;
        Transfer::start(live, *state, *session, known_of(project), {});
    }
    live.state<PresenceRefresh>().add(live, conversation->caller().user, outcome.channel,
                                      conversation->hand_on_pings());
    co_return ok();
}

}  // namespace collab::projects
