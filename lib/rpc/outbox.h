// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a request wants to happen once it is committed, in order: messages to people (not to
// connections), effects on what the loop knows, and the place of its own answer among them. Filled
// on the writer, carried out on the loop (Hub). A request may run twice: each attempt starts with
// an empty outbox.

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "wire/frame.h"
#include "wire/message_types.h"

namespace collab::rpc {

class Live;

// Whom a post reaches; resolved when it is delivered.
struct ToUser {
    UserId user;
};  // all connections of the user
struct ToPeer {
    PeerId peer;
};  // one connection
struct ToRoom {
    RoomId room;
};  // the answered participants
struct ToProject {
    ProjectId project;
};  // host and guests
struct ToGuests {
    ProjectId project;
};  // guests only
using Address = std::variant<ToUser, ToPeer, ToRoom, ToProject, ToGuests>;

struct Post {
    Address address;
    std::uint32_t tag = 0;
    wire::Body body;
    std::optional<PeerId> except;  // this connection does not get it
    std::optional<PeerId> sender;  // original_sender_id, for what is forwarded
};

using Effect = std::function<void(Live&)>;
struct ReplyMark {};

// What is posted once rows that were asked for are there.
class Outbox;
struct Late {
    std::function<Status(Outbox&)> fill;
};

class Outbox {
public:
    template <class M>
    void to_user(UserId user, const M& message) {
        post({ToUser{user}, wire::tag_of<M>(), wire::encode(wire::tag_of<M>(), message), {}, {}});
    }
    template <class M>
    void to_peer(PeerId peer, const M& message) {
        post({ToPeer{peer}, wire::tag_of<M>(), wire::encode(wire::tag_of<M>(), message), {}, {}});
    }
    template <class M>
    void to_room(RoomId room, const M& message, std::optional<PeerId> except = {}) {
        post({ToRoom{room},
              wire::tag_of<M>(),
              wire::encode(wire::tag_of<M>(), message),
              except,
              {}});
    }
    template <class M>
    void to_project(ProjectId project, const M& message, std::optional<PeerId> except = {}) {
        post({ToProject{project},
              wire::tag_of<M>(),
              wire::encode(wire::tag_of<M>(), message),
              except,
              {}});
    }
    template <class M>
    void to_guests(ProjectId project, const M& message, std::optional<PeerId> except = {}) {
        post({ToGuests{project},
              wire::tag_of<M>(),
              wire::encode(wire::tag_of<M>(), message),
              except,
              {}});
    }
    void post(Post post) { items_.push_back(std::move(post)); }

    // Runs on the loop when its turn comes; everything posted after it sees what it changed.
    void effect(Effect effect) { items_.push_back(std::move(effect)); }

    // The answer goes here (a conversation resumes here); without a mark, at the end.
    void reply() { items_.push_back(ReplyMark{}); }

    // The request is answered with this error, and yet what its handler did stays and is told.
    void refuse(Error error) { refusal_ = std::move(error); }
    const std::optional<Error>& refusal() const { return refusal_; }

    // Keeps this place for what `fill` posts into the outbox that it is given. It runs when the
    // handler is done, still on the writer and in the transaction: a handler asks with tx.send,
    // lets `fill` fetch, and all that is asked so shares a round trip.
    void later(std::function<Status(Outbox&)> fill) { items_.push_back(Late{std::move(fill)}); }
    // Fills the places that were kept. The error of one is that of the request.
    Status settle();

    using Item = std::variant<Post, Effect, ReplyMark, Late>;
    std::vector<Item>& items() { return items_; }
    const std::vector<Item>& items() const { return items_; }

private:
    std::vector<Item> items_;
    std::optional<Error> refusal_;
};

}  // namespace collab::rpc
