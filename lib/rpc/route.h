// SPDX-License-Identifier: Apache-2.0
#pragma once

// The routing table: one row per message that the server handles. A row says which message, which
// shape of handler, what right on the object it needs, what may answer it; the Router enforces all
// of it before a handler runs. The request and response types are deduced from the handler, so a
// row cannot disagree with the function that it names. HACKING.md, "four shapes".

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

#include "db/connection.h"
#include "rpc/call.h"
#include "rpc/task.h"
#include "wire/frame.h"
#include "wire/message_types.h"

namespace collab::rpc {

class LiveCall;
class Conversation;

enum class Shape { record, read, relay, live, conversation };

// What the sender needs on the project that field 1 of the message names; `nothing` for all other
// messages. Everybody who sends at all is signed in.
enum class Need {
    nothing,
    read,          // a role in the project's room that may read
    write,         // …that may edit
    host,          // be the project's host
    collaborator,  // be its host or one of its guests
};

// How a relayed message travels (spec handlers.csv, ours_class).
enum class Relay {
    none,
    request,           // to the host, one answer back
    request_by_query,  // LspQuery: read or write by what is asked
    stream,            // to the host, many answers back
    broadcast,         // to all other collaborators
    to_peer,           // from the host to one collaborator, one-way
    request_to_peer,   // from the host to one collaborator, one answer back
    forbidden,         // always refused
};

// What waits until a request of the same connection has taken effect.
enum class Holds {
    nothing,
    room,  // later messages about rooms and projects
};

struct EncodedReply {
    std::uint32_t tag = 0;
    wire::Body body;
};
using RecordWork = std::function<Result<std::optional<EncodedReply>>(Call&)>;

// So many requests of one connection at once, and one more after each pause; 0: any number.
struct Rate {
    std::uint32_t burst = 0;
    Duration pause{};
};

struct Route {
    std::uint32_t tag = 0;
    Shape shape = Shape::record;
    Need need = Need::nothing;
    bool one_way = false;     // nobody waits for an answer
    bool about_room = false;  // waits for what Holds::room holds, and keeps its place behind it
    Holds holds = Holds::nothing;
    db::Durability durability = db::Durability::must;
    Relay relay = Relay::none;
    bool background = false;   // counted apart among the requests in flight (decisions 5)
    bool keeps_frame = false;  // a record that is given its frame (Call::frame)
    // The fields up to this number decide a right or a receiver: each may stand only once
    // (decisions 12).
    std::uint32_t once_up_to = 0;
    std::uint32_t answers[2] = {0, 0};
    Rate rate = {};  // over it: RateLimitExceeded

    // At most one is set, by shape; relays have none. Each parses the payload; Error malformed when
    // it cannot.
    Result<RecordWork> (*record)(wire::Bytes payload) = nullptr;
    Status (*live)(LiveCall& call, wire::Bytes payload) = nullptr;
    Status (*converse)(std::shared_ptr<Conversation> conversation, wire::Bytes payload) = nullptr;
};

// How a record row differs from the default.
struct RecordOptions {
    bool about_room = false;  // it changes or reads rooms or projects: order counts
    bool one_way = false;
    bool keeps_frame = false;  // it passes the message itself on (Call::frame)
    std::uint32_t once_up_to = 0;
    Need need = Need::nothing;
    db::Durability durability = db::Durability::must;
    Rate rate = {};
};

// Runs a conversation to its end: answers with the error that it returns (conversation.cc).
void run_conversation(std::shared_ptr<Conversation> conversation, Task<Status> task);

namespace detail {

template <class F>
struct Signature;

template <class Response, class Request>
struct Signature<Result<Response> (*)(Call&, const Request&)> {
    using request = Request;
    static std::uint32_t answer() { return wire::tag_of<Response>(); }
    static std::optional<EncodedReply> encode(const Response& response) {
        return EncodedReply{answer(), wire::encode(answer(), response)};
    }
};

template <class Request>
struct Signature<Status (*)(Call&, const Request&)> {
    using request = Request;
};

template <class Request>
struct Signature<Status (*)(LiveCall&, const Request&)> {
    using request = Request;
};

template <class Request>
struct Signature<Task<Status> (*)(std::shared_ptr<Conversation>, Request)> {
    using request = Request;
};

template <auto Handler>
Result<RecordWork> prepare(wire::Bytes payload) {
    using Traits = Signature<decltype(Handler)>;
    using Request = typename Traits::request;
    COLLAB_TRY(auto request, wire::parse<Request>(payload));
    auto shared = std::make_shared<const Request>(std::move(request));
    return RecordWork([shared](Call& call) -> Result<std::optional<EncodedReply>> {
        if constexpr (std::is_same_v<decltype(Handler(call, *shared)), Status>) {
            COLLAB_DO(Handler(call, *shared));
            return std::optional<EncodedReply>();
        } else {
            COLLAB_TRY(const auto response, Handler(call, *shared));
            return Traits::encode(response);
        }
    });
}

template <auto Handler>
Status run_live(LiveCall& call, wire::Bytes payload) {
    using Request = typename Signature<decltype(Handler)>::request;
    COLLAB_TRY(const auto request, wire::parse<Request>(payload));
    return Handler(call, request);
}

template <auto Handler>
Status start_conversation(std::shared_ptr<Conversation> conversation, wire::Bytes payload) {
    using Request = typename Signature<decltype(Handler)>::request;
    COLLAB_TRY(auto request, wire::parse<Request>(payload));
    run_conversation(conversation, Handler(conversation, std::move(request)));
    return ok();
}

}  // namespace detail

// A handler on the writer: `Result<Response> f(Call&, const Request&)`, or `Status f(…)` for what
// is answered with Ack or not at all.
template <auto Handler>
Route record(RecordOptions options = {}) {
    using Request = typename detail::Signature<decltype(Handler)>::request;
    Route route;
    route.tag = wire::tag_of<Request>();
    route.shape = Shape::record;
    route.need = options.need;
    route.one_way = options.one_way;
    route.about_room = options.about_room;
    route.holds = options.about_room ? Holds::room : Holds::nothing;
    route.keeps_frame = options.keeps_frame;
    route.once_up_to = options.once_up_to;
    route.durability = options.durability;
    route.rate = options.rate;
    route.record = &detail::prepare<Handler>;
    return route;
}

// The same on a reader: changes nothing.
template <auto Handler>
Route read(RecordOptions options = {}) {
    Route route = record<Handler>(options);
    route.shape = Shape::read;
    return route;
}

// A handler on the loop that takes microseconds, never waits, and asks no database:
// `Status f(LiveCall&, const Request&)`.
template <auto Handler>
Route live(Need need, bool one_way = false) {
    using Request = typename detail::Signature<decltype(Handler)>::request;
    Route route;
    route.tag = wire::tag_of<Request>();
    route.shape = Shape::live;
    route.need = need;
    route.one_way = one_way;
    route.about_room = true;
    route.live = &detail::run_live<Handler>;
    return route;
}

// The same without parsing: `Status f(LiveCall&, wire::Bytes payload)`, for what is only looked
// into by hand.
template <auto Handler>
Route live_unparsed(std::uint32_t tag, Need need, bool one_way = false) {
    Route route;
    route.tag = tag;
    route.shape = Shape::live;
    route.need = need;
    route.one_way = one_way;
    route.about_room = true;
    route.live = Handler;
    return route;
}

// A coroutine on the loop that asks others: `Task<Status> f(std::shared_ptr<Conversation>,
// Request)`.
template <auto Handler>
Route conversation(std::uint32_t once_up_to = 0) {
    using Request = typename detail::Signature<decltype(Handler)>::request;
    Route route;
    route.tag = wire::tag_of<Request>();
    route.shape = Shape::conversation;
    route.once_up_to = once_up_to;
    route.about_room = true;
    route.converse = &detail::start_conversation<Handler>;
    return route;
}

// A message that the router passes on by itself, by its name in the protocol tables.
Route relayed(std::string_view name, Relay relay, Need need,
              std::initializer_list<std::string_view> answers = {}, bool background = true);

}  // namespace collab::rpc
