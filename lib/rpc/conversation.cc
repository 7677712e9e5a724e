// SPDX-License-Identifier: Apache-2.0
#include "rpc/conversation.h"

#include "proto/core.pb.h"
#include "rpc/error_reply.h"

namespace collab::rpc {
namespace {

Detached run(std::shared_ptr<Conversation> conversation, Task<Status> task) {
    const Status status = co_await task;
    if (!status.ok()) conversation->reply_error(status.error());
    conversation->give_up_place();
    conversation->hand_on_pings()();
}

}  // namespace

void run_conversation(std::shared_ptr<Conversation> conversation, Task<Status> task) {
    run(std::move(conversation), std::move(task));
}

Conversation::Conversation(Router& router, Session& session, const Incoming& incoming)
    : router_(router),
      caller_(session.shared_caller()),
      id_(incoming.id),
      tag_(incoming.tag),
      body_(incoming.body()),
      bytes_(incoming.payload.size()),
      counted_(session.begin_waiting(bytes_)) {}

Conversation::~Conversation() {
    auto* const from = counted_ ? session() : nullptr;
    if (from != nullptr) from->end_waiting(bytes_);
}

void Conversation::reply_body(const wire::Body& body) {
    if (std::exchange(replied_, true)) return;
    if (auto* to = session()) to->respond(body, id_);
}

void Conversation::reply_ack() {
    reply(proto::Ack());
}

void Conversation::reply_error(const Error& error) {
    reply_body(encode_error(error));
}

void Conversation::take_place() {
    auto* from = session();
    if (!place_ && from != nullptr) place_ = router_.prepare_effect(*from, true);
}

void Conversation::give_up_place() {
    if (const auto place = std::exchange(place_, {})) router_.end_effect(peer(), *place);
}

void Conversation::hold_pings() {
    auto* from = session();
    if (!fence_ && from != nullptr) fence_ = router_.begin_effect(*from, Holds::nothing, false);
}

std::function<void()> Conversation::hand_on_pings() {
    return [&router = router_, peer = peer(), fence = std::exchange(fence_, {})] {
        if (fence) router.end_effect(peer, *fence);
    };
}

Later<Status> Conversation::write(std::function<Status(Call&)> work, db::Durability durability) {
    Later<Status> later;
    submit_write(durability, {}, std::move(work),
                 [later](Status status) { later.resolve(std::move(status)); });
    return later;
}

void Conversation::submit_write(db::Durability durability, std::function<bool(Call&)> ask,
                                std::function<Status(Call&)> work,
                                std::function<void(Status)> resume) {
    take_place();
    const auto place = std::exchange(place_, {});
    auto self = shared_from_this();
    live().writer.submit({durability, caller_, body_, std::move(work),
                          [self, place, resume = std::move(resume)](Status status, Outbox outbox) {
                              auto shared = std::make_shared<Status>(std::move(status));
                              self->live().carry_out(outbox, [&] { resume(std::move(*shared)); });
                              if (place) self->router_.end_effect(self->peer(), *place);
                          },
                          std::move(ask)});
    if (place) router_.handed_over(self->peer(), *place);
}

Later<Result<Answer>> Conversation::ask_body(PeerId to, std::uint32_t tag, const wire::Body& body) {
    Later<Result<Answer>> later;
    Pending pending;
    pending.requester = peer();
    pending.own = later;
    const Status sent = router_.pendings().ask(to, tag, body, {}, std::move(pending));
    if (!sent.ok()) later.resolve(sent.error());
    return later;
}

Later<Result<Answer>> Conversation::forward(PeerId to) {
    Later<Result<Answer>> later;
    Pending pending;
    pending.requester = peer();
    pending.own = later;
    const Status sent = router_.pendings().ask(to, tag_, body_, peer(), std::move(pending));
    if (!sent.ok()) later.resolve(sent.error());
    return later;
}

namespace {

struct Race {
    Later<Conversation::Acknowledgement> result;
    std::size_t open = 0;
};

Detached wait_for_ack(std::shared_ptr<Race> race, Later<Result<Answer>> answer) {
    const auto got = co_await answer;
    --race->open;
    if (got.ok() && got->tag == wire::tag_of<proto::Ack>()) {
        race->result.resolve(Conversation::Acknowledgement::given);
    } else if (race->open == 0) {
        race->result.resolve(Conversation::Acknowledgement::refused);
    }
}

}  // namespace

Later<Conversation::Acknowledgement> Conversation::first_ack_body(const std::vector<PeerId>& peers,
                                                                  std::uint32_t tag,
                                                                  const wire::Body& body,
                                                                  Duration patience) {
    auto race = std::make_shared<Race>();
    race->open = peers.size();
    if (peers.empty()) race->result.resolve(Acknowledgement::refused);
    for (const auto peer : peers) wait_for_ack(race, ask_body(peer, tag, body));
    live().executor.after(patience, [race] { race->result.resolve(Acknowledgement::late); });
    return race->result;
}

}  // namespace collab::rpc
