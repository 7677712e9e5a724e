// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a conversation is given: a request whose answer needs somebody else, told as a coroutine on
// the loop. Its connection may end at any co_await; every wait then ends too, with an Error, and
// what is sent to it goes nowhere. Thread: loop.

#include <functional>
#include <memory>

#include "rpc/router.h"
#include "rpc/task.h"

namespace collab::rpc {

class Conversation : public std::enable_shared_from_this<Conversation> {
public:
    Conversation(Router& router, Session& session, const Incoming& incoming);
    ~Conversation();
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;

    Live& live() { return router_.live(); }
    Router& router() { return router_; }
    const Caller& caller() const { return *caller_; }
    PeerId peer() const { return caller_->peer; }
    // Null once the connection is gone.
    Session* session() { return live().hub.session(peer()); }
    std::uint32_t request_id() const { return id_; }

    // Answers the request; the first answer counts.
    template <class M>
    void reply(const M& message) {
        reply_body(wire::encode(wire::tag_of<M>(), message));
    }
    void reply_body(const wire::Body& body);
    void reply_ack();
    void reply_error(const Error& error);
    bool replied() const { return replied_; }

    // For who must wait for something before the first write: from now on, and not only from the
    // write on, later messages of this connection about rooms and projects wait, and so do Pings.
    // Until that write has taken effect, or until the end if none comes. Before the writer has it
    // nothing overtakes it there.
    void take_place();
    void give_up_place();
    // Pings that come on this connection from now on wait until this conversation ends.
    void hold_pings();
    // As hold_pings(), but they wait until the result is called: once, on the loop, whether or not
    // the conversation or the connection has ended by then.
    std::function<void()> hand_on_pings();

    // Runs `work` on the writer. Resumes on the loop while its outbox is carried out: at its
    // reply() mark, else after it. Until then later messages of this connection about rooms and
    // projects wait, and so do Pings.
    // With `ask` requests of others share its round trip (WriteRequest::ask).
    template <class T>
    Later<Result<T>> write(std::function<Result<T>(Call&)> work,
                           db::Durability durability = db::Durability::must,
                           std::function<bool(Call&)> ask = {}) {
        Later<Result<T>> later;
        auto value = std::make_shared<std::optional<T>>();
        submit_write(
            durability, std::move(ask),
            [work = std::move(work), value](Call& call) -> Status {
                auto result = work(call);
                if (!result.ok()) return std::move(result).error();
                *value = std::move(result).value();
                return ok();
            },
            [later, value](Status status) {
                if (!status.ok()) return later.resolve(std::move(status).error());
                later.resolve(std::move(**value));
            });
        return later;
    }
    Later<Status> write(std::function<Status(Call&)> work,
                        db::Durability durability = db::Durability::must);

    // Runs `work` on a reader.
    template <class T>
    Later<Result<T>> read(std::function<Result<T>(Call&)> work) {
        Later<Result<T>> later;
        auto value = std::make_shared<std::optional<T>>();
        live().reader.submit({caller_,
                              [work = std::move(work), value](Call& call) -> Status {
                                  auto result = work(call);
                                  if (!result.ok()) return std::move(result).error();
                                  *value = std::move(result).value();
                                  return ok();
                              },
                              [later, value](Status status, Outbox) {
                                  if (!status.ok()) return later.resolve(std::move(status).error());
                                  later.resolve(std::move(**value));
                              }});
        return later;
    }

    // Sends the request itself to `to`, as forwarded, and waits for its answer (an Error of the
    // peer is an Answer with that tag).
    Later<Result<Answer>> forward(PeerId to);
    // Sends a request of ours to `to`.
    template <class M>
    Later<Result<Answer>> ask(PeerId to, const M& message) {
        return ask_body(to, wire::tag_of<M>(), wire::encode(wire::tag_of<M>(), message));
    }
    enum class Acknowledgement {
        given,
        refused,  // every answer was something else, or there is nobody to ask
        late,     // somebody may still give it
    };
    // Sends a request of ours to all of them. `given` as soon as one of them answers with Ack (spec
    // 1, 1.9: an answer of another type is a failure), `late` when `patience` is over.
    template <class M>
    Later<Acknowledgement> first_ack(const std::vector<PeerId>& peers, const M& message,
                                     Duration patience) {
        return first_ack_body(peers, wire::tag_of<M>(), wire::encode(wire::tag_of<M>(), message),
                              patience);
    }

    // Passes an answer on as the answer to this request, unchanged.
    void relay(const Answer& answer) { reply_body(answer.body); }

private:
    void submit_write(db::Durability durability, std::function<bool(Call&)> ask,
                      std::function<Status(Call&)> work, std::function<void(Status)> resume);
    Later<Result<Answer>> ask_body(PeerId to, std::uint32_t tag, const wire::Body& body);
    Later<Acknowledgement> first_ack_body(const std::vector<PeerId>& peers, std::uint32_t tag,
                                          const wire::Body& body, Duration patience);

    Router& router_;
    std::shared_ptr<const Caller> caller_;
    // Of the request; what it says the handler has.
    std::uint32_t id_;
    std::uint32_t tag_;
    wire::Body body_;
    std::size_t bytes_;
    bool counted_;  // as waiting
    bool replied_ = false;
    std::optional<Router::Effect> place_;
    std::optional<Router::Effect> fence_;
};

}  // namespace collab::rpc
