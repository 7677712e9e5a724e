// SPDX-License-Identifier: Apache-2.0
#include "areas/projects/stream_handlers.h"

#include "areas/projects/live_projects.h"
#include "areas/projects/project_messages.h"
#include "areas/projects/project_queries.h"
#include "areas/projects/transfer.h"
#include "rpc/relay_rules.h"
#include "wire/frame.h"

namespace collab::projects {
namespace {

using Handler = Status (*)(rpc::LiveCall&, wire::Bytes);
using Answered = bool;
constexpr Answered kWithAck = true;
constexpr Answered kOneWay = false;

// A message whose project has to be loaded first.
struct Waiting {
    rpc::Router& router;
    PeerId sender;
    rpc::Incoming incoming;
    ProjectId project;
    Handler handler;
    Answered answered;
    rpc::Router::Effect effect;
};

Status may_go_on(const Waiting& waiting, const Result<SharedProject*>& loaded) {
    if (!loaded.ok()) return loaded.error();
    if (waiting.router.live().index.is_collaborator(waiting.project, waiting.sender)) return ok();
    return Error{ErrorCode::denied, "you are not in this project any more"};
}

void run_again(const Waiting& waiting, const Result<SharedProject*>& loaded) {
    auto* session = waiting.router.live().hub.session(waiting.sender);
    if (session == nullptr) return;
    rpc::LiveCall again(waiting.router, *session, waiting.incoming);
    Status status = may_go_on(waiting, loaded);
    if (status.ok()) status = waiting.handler(again, waiting.incoming.payload);
    if (!waiting.answered) return;
    if (!status.ok()) {
        session->respond_error(status.error(), waiting.incoming.id);
    } else if (!again.replied()) {
        again.ack();
    }
}

// Runs the message again once its project is in memory. What comes behind it waits with it.
Status wait_for_load(rpc::LiveCall& call, ProjectId project, Handler handler, Answered answered) {
    const auto effect = call.router.prepare_effect(call.session, false);
    auto waiting = std::make_shared<Waiting>(Waiting{call.router, call.peer(), call.incoming.keep(),
                                                     project, handler, answered, effect});
    waiting->incoming.payload = wire::as_bytes(waiting->incoming.owned);
    call.answer_later();
    LiveProjects::of(call.live()).load(project, [waiting](const Result<SharedProject*>& loaded) {
        run_again(*waiting, loaded);
        waiting->router.end_effect(waiting->sender, waiting->effect);
    });
    return ok();
}

// To the guests, but not to those who are still being given the state.
template <class F>
void to_level_guests(rpc::Live& live, ProjectId project, PeerId sender, F&& deliver) {
    auto& projects = LiveProjects::of(live);
    for (const auto peer : live.hub.resolve(rpc::ToGuests{project})) {
        if (peer != sender && projects.transfer_to(project, peer) == nullptr) deliver(peer);
    }
}

void relay(rpc::LiveCall& call, ProjectId project) {
    const auto& body = call.incoming.body();
    to_level_guests(call.live(), project, call.peer(), [&](PeerId peer) {
        call.live().hub.forward(peer, call.incoming.tag, body, call.peer());
    });
}

// The same for messages that wait for those who are being given the state.
void relay_in_order(rpc::LiveCall& call, ProjectId project, const rpc::Address& to) {
    auto& projects = LiveProjects::of(call.live());
    const auto& body = call.incoming.body();
    for (const auto peer : call.live().hub.resolve(to)) {
        if (peer == call.peer()) continue;
        if (auto* transfer = projects.transfer_to(project, peer)) {
            transfer->forward_later(call.incoming.tag, body, call.peer());
        } else {
            call.live().hub.forward(peer, call.incoming.tag, body, call.peer());
        }
    }
}

LiveProjects::Append journal_entry(const rpc::LiveCall& call) {
    return {call.session.shared_caller(), call.incoming.tag, call.incoming.body(), {}, {}};
}

// Acks the message once it is in the journal.
void append_then_ack(rpc::LiveCall& call, ProjectId project, LiveProjects::Append append) {
    call.answer_later();
    append.done = [&live = call.live(), peer = call.peer(), id = call.incoming.id](Status status) {
        auto* session = live.hub.session(peer);
        if (session == nullptr) return;
        if (!status.ok()) return session->respond_error(status.error(), id);
        static const auto ack = wire::encode(wire::tag_of<proto::Ack>(), proto::Ack());
        session->respond(ack, id);
    };
    LiveProjects::of(call.live()).append(project, std::move(append));
}

// Parses, and finds the project or waits for it: what each of them begins with. `work` returns
// what went wrong; nothing was changed then.
template <class M, class F>
Status on_project(rpc::LiveCall& call, wire::Bytes payload, Handler handler, Answered answered,
                  F&& work) {
    COLLAB_TRY(const auto id, rpc::project_of(payload));
    COLLAB_TRY(const auto message, wire::parse<M>(payload));
    auto& projects = LiveProjects::of(call.live());
    auto* project = projects.find(id);
    if (project == nullptr) return wait_for_load(call, id, handler, answered);
    if (!projects.has_room(id, call.incoming.frame.size())) {
        return Error{
            ErrorCode::too_many, "the project's journal is full", {"reason=project_journal"}};
    }
    return work(*project, message);
}

WallTime now(rpc::LiveCall& call) {
    return call.live().executor.clock().wall_now();
}

}  // namespace

Status update_worktree(rpc::LiveCall& call, wire::Bytes payload) {
    return on_project<proto::UpdateWorktree>(
        call, payload, &update_worktree, kWithAck,
        [&](SharedProject& project, const proto::UpdateWorktree& update) -> Status {
            COLLAB_TRY(const bool renamed,
                       project.apply(update, payload, now(call), call.live().settings->limits));
            relay(call, project.id);
            auto append = journal_entry(call);
            if (renamed) {
                append.more = [id = project.id,
                               metadata = project.find_worktree(update.worktree_id())->metadata](
                                  rpc::Call& write) {
                    return rename_worktree(write.tx, id, metadata);
                };
            }
            append_then_ack(call, project.id, std::move(append));
            return ok();
        });
}

Status update_repository(rpc::LiveCall& call, wire::Bytes payload) {
    return on_project<proto::UpdateRepository>(
        call, payload, &update_repository, kWithAck,
        [&](SharedProject& project, const proto::UpdateRepository& update) -> Status {
            COLLAB_DO(project.apply(update, payload, now(call)));
            relay(call, project.id);
            append_then_ack(call, project.id, journal_entry(call));
            return ok();
        });
}

Status remove_repository(rpc::LiveCall& call, wire::Bytes payload) {
    return on_project<proto::RemoveRepository>(
        call, payload, &remove_repository, kWithAck,
        [&](SharedProject& project, const proto::RemoveRepository& update) -> Status {
            project.remove_repository(update.id(), now(call));
            relay(call, project.id);
            append_then_ack(call, project.id, journal_entry(call));
            return ok();
        });
}

Status update_diagnostic_summary(rpc::LiveCall& call, wire::Bytes payload) {
    return on_project<proto::UpdateDiagnosticSummary>(
        call, payload, &update_diagnostic_summary, kOneWay,
        [&](SharedProject& project, const proto::UpdateDiagnosticSummary& update) -> Status {
            COLLAB_DO(project.apply(update));
            const auto whole = call.incoming.body();
            std::vector<wire::Body> singles;
            const auto single = [&](const proto::DiagnosticSummary& summary) {
                const auto bytes = summary.SerializeAsString();
                singles.push_back(diagnostics_body(project.id, update.worktree_id(), {bytes}));
            };
            to_level_guests(call.live(), project.id, call.peer(), [&](PeerId peer) {
                auto* session = call.live().hub.session(peer);
                const bool split = session != nullptr && update.more_summaries_size() > 0 &&
                                   wants_single_summaries(session->caller());
                if (!split) {
                    return call.live().hub.forward(peer, call.incoming.tag, whole, call.peer());
                }
                if (singles.empty()) {
                    single(update.summary());
                    for (const auto& summary : update.more_summaries()) single(summary);
                }
                for (const auto& body : singles)
                    session->forward(call.incoming.tag, body, call.peer());
            });
            LiveProjects::of(call.live()).append(project.id, journal_entry(call));
            return ok();
        });
}

Status update_worktree_settings(rpc::LiveCall& call, wire::Bytes payload) {
    return on_project<proto::UpdateWorktreeSettings>(
        call, payload, &update_worktree_settings, kOneWay,
        [&](SharedProject& project, const proto::UpdateWorktreeSettings& update) -> Status {
            COLLAB_DO(project.apply(update, payload, now(call)));
            relay(call, project.id);
            LiveProjects::of(call.live()).append(project.id, journal_entry(call));
            return ok();
        });
}

Status start_language_server(rpc::LiveCall& call, wire::Bytes payload) {
    return on_project<proto::StartLanguageServer>(
        call, payload, &start_language_server, kOneWay,
        [&](SharedProject& project, const proto::StartLanguageServer& start) -> Status {
            COLLAB_DO(project.apply(start));
            relay_in_order(call, project.id, rpc::ToGuests{project.id});
            LiveProjects::of(call.live()).append(project.id, journal_entry(call));
            return ok();
        });
}

Status update_language_server(rpc::LiveCall& call, wire::Bytes payload) {
    return on_project<proto::UpdateLanguageServer>(
        call, payload, &update_language_server, kOneWay,
        [&](SharedProject& project, const proto::UpdateLanguageServer& update) -> Status {
            relay_in_order(call, project.id, rpc::ToProject{project.id});
            const bool stored =
                update.has_removed() || update.metadata_updated().has_capabilities();
            if (!stored || !call.live().index.is_host(project.id, call.peer())) return ok();
            project.apply(update);
            LiveProjects::of(call.live()).append(project.id, journal_entry(call));
            return ok();
        });
}

}  // namespace collab::projects
