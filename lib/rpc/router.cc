// SPDX-License-Identifier: Apache-2.0
#include "rpc/router.h"

#include <algorithm>

#include "base/log.h"
#include "proto/core.pb.h"
#include "rpc/conversation.h"
#include "rpc/error_reply.h"
#include "rpc/relay_rules.h"
#include "wire/peek.h"

namespace collab::rpc {
namespace {

constexpr std::uint16_t kInconsistentData = 1007;
constexpr std::uint16_t kTooBig = 1009;
// Messages that are too long are counted under no tag; so many log lines of one connection.
constexpr std::uint32_t kSkipped = 0;
constexpr std::uint32_t kSkippedBurst = 3;
constexpr Duration kSkippedPause = std::chrono::minutes(1);

const wire::Body& ack_body() {
    static const wire::Body body = wire::encode(wire::tag_of<proto::Ack>(), proto::Ack());
    return body;
}

std::string name_of(std::uint32_t tag) {
    const auto* type = wire::find_message_type(tag);
    return type != nullptr ? std::string(type->name) : "message " + std::to_string(tag);
}

void finish(Session::Order& order, std::uint64_t number) {
    const auto found = order.unfinished.find(number);
    if (found != order.unfinished.end()) order.unfinished.erase(found);
}

// Whether a message about rooms or projects must wait for the effect of an earlier one. Not what
// itself goes to the writer, which keeps its order, if the earlier one is there; a right, however,
// is checked against what the loop knows, which is what has taken effect.
bool must_wait(const Session::Order& order, const Route& route) {
    const bool follows = route.holds == Holds::room && route.need == Need::nothing;
    return order.holding > 0 && !(follows && order.preparing.empty());
}

// What this message asks for; LspQuery says it inside.
Result<Need> need_of(const Route& route, wire::Bytes payload) {
    if (route.relay != Relay::request_by_query) return route.need;
    return need_of_lsp_query(payload);
}

}  // namespace

Router::Router(Live& live, std::vector<Route> routes)
    : live_(live),
      routes_(std::move(routes)),
      pendings_(live),
      decoder_(live.settings->limits.message_decoded) {
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        const bool added = by_tag_.emplace(routes_[i].tag, i).second;
        COLLAB_ASSERT(added);
    }
}

Router::~Router() = default;

PeerId Router::next_peer() {
    return {live_.hub.server(), next_connection_++};
}

const Route* Router::find(std::uint32_t tag) const {
    const auto found = by_tag_.find(tag);
    return found == by_tag_.end() ? nullptr : &routes_[found->second];
}

void Router::on_message(Session& session, wire::Bytes frame) {
    if (session.closing()) return;
    ++counters_.messages;
    const auto envelope = decoder_.decode(frame);
    if (!envelope.ok()) {
        ++counters_.malformed;
        if (envelope.error().code != ErrorCode::unsupported) {
            const bool bomb = envelope.error().code == ErrorCode::too_many;
            return session.close(bomb ? kTooBig : kInconsistentData, envelope.error().message);
        }
        return skip(session, wire::peek_head(decoder_.head()));
    }
    const auto peeked = wire::peek(*envelope);
    if (!peeked.ok()) {
        ++counters_.malformed;
        return session.close(kInconsistentData, peeked.error().message);
    }
    if (peeked->responding_to) return on_answer(session, *peeked, frame);
    Incoming incoming;
    incoming.id = peeked->id;
    incoming.tag = peeked->tag;
    incoming.payload = peeked->payload;
    incoming.frame = frame;
    incoming.relayable = peeked->relayable;
    on_request(session, std::move(incoming));
}

// A message that is too long to be read: whoever waits for what it was gets an Error instead.
void Router::skip(Session& session, const wire::Head& head) {
    if (session.admit(kSkipped, kSkippedBurst, kSkippedPause)) {
        log(LogLevel::warning,
            "a message of connection " + std::to_string(session.peer().connection) +
                " is skipped: it decodes to more than " +
                std::to_string(live_.settings->limits.message_decoded) + " bytes");
    }
    if (head.responding_to) {
        return pendings_.fail(session, *head.responding_to,
                              {ErrorCode::too_many, "the answer is too large"});
    }
    if (head.id.value_or(0) == 0) return;
    session.respond_error({ErrorCode::too_many, "the message is too large"}, *head.id);
}

void Router::on_request(Session& session, Incoming incoming) {
    if (incoming.tag == wire::tag_of<proto::Ping>()) {
        if (!session.has_order() || session.order().unfinished.empty()) {
            return session.respond(ack_body(), incoming.id);
        }
        auto& order = session.order();
        if (order.pings.size() >= live_.settings->limits.held_messages) {
            return session.close(kTryAgainLater, "too many Pings wait");
        }
        order.pings.emplace_back(order.next_number++, incoming.id);
        return;
    }
    const Route* route = find(incoming.tag);
    if (route == nullptr) return unhandled(session, incoming);
    if (!route->about_room || !session.has_order()) return start(session, *route, incoming);
    auto& order = session.order();
    if (order.held.empty() && !must_wait(order, *route)) return start(session, *route, incoming);
    if (order.held.size() >= live_.settings->limits.held_messages) {
        return refuse(session, *route, incoming,
                      {ErrorCode::too_many, "too many messages wait for an earlier one"});
    }
    if (!session.begin_waiting(incoming.payload.size())) return;
    const auto number = order.next_number++;
    order.unfinished.insert(number);
    order.held.emplace_back(number, incoming.keep());
}

void Router::start(Session& session, const Route& route, const Incoming& incoming) {
    const auto& rate = route.rate;
    if (rate.burst > 0 && !session.admit(route.tag, rate.burst, rate.pause)) {
        const Error error{ErrorCode::too_many, "too many of these requests, wait a moment"};
        return refuse(session, route, incoming, error);
    }
    const bool costly = incoming.payload.size() >= wire::kCostlyFromBytes;
    Status status = costly ? wire::check_fields(incoming.payload) : ok();
    if (status.ok()) {
        const auto need = check(session, route, incoming.payload);
        status = need.ok() ? dispatch(session, route, incoming, *need) : need.error();
    }
    if (status.ok()) return;
    // What is looked into by hand is not told from what is merely wrong.
    if (status.error().code == ErrorCode::invalid) {
        if (Status fields = wire::check_fields(incoming.payload); !fields.ok()) status = fields;
    }
    if (status.error().code != ErrorCode::malformed) {
        return refuse(session, route, incoming, status.error());
    }
    ++counters_.malformed;
    session.close(kInconsistentData, "cannot read " + name_of(route.tag));
}

Result<Need> Router::check(const Session& session, const Route& route, wire::Bytes payload) const {
    if (route.once_up_to != 0) COLLAB_DO(check_once(payload, route.once_up_to));
    if (route.need == Need::nothing) return Need::nothing;
    COLLAB_TRY(const auto need, need_of(route, payload));
    COLLAB_TRY(const auto project, project_of(payload));
    const auto& index = live_.index;
    const PeerId peer = session.peer();
    const Right right = index.right(project, peer);
    const bool allowed = need == Need::host           ? index.is_host(project, peer)
                         : right == Right::none       ? false
                         : need == Need::collaborator ? index.is_collaborator(project, peer)
                         : need == Need::write        ? right == Right::write
                                                      : true;
    if (allowed) return need;
    // Who may not even read learns nothing about the project.
    return denied(right == Right::none ? Need::read : need);
}

Status Router::dispatch(Session& session, const Route& route, const Incoming& incoming, Need need) {
    switch (route.shape) {
        case Shape::record:
        case Shape::read:
            return submit(session, route, incoming);
        case Shape::relay:
            return relay(session, route, incoming, need);
        case Shape::live: {
            LiveCall call(*this, session, incoming);
            COLLAB_DO(route.live(call, incoming.payload));
            if (!route.one_way && !call.replied()) call.ack();
            return ok();
        }
        case Shape::conversation:
            return route.converse(std::make_shared<Conversation>(*this, session, incoming),
                                  incoming.payload);
    }
    return ok();
}

Status Router::submit(Session& session, const Route& route, const Incoming& incoming) {
    COLLAB_TRY(auto work, route.record(incoming.payload));
    // Who reads sees what the same connection has written (spec 1, 1.12).
    const bool on_reader =
        route.shape == Shape::read && !(session.has_order() && session.order().writing > 0);
    const std::size_t bytes = incoming.payload.size();
    if (!session.begin_waiting(bytes)) return ok();
    const auto effect = begin_effect(session, route.holds, !on_reader);
    auto reply = std::make_shared<std::optional<EncodedReply>>();
    auto run = [work = std::move(work), reply](Call& call) -> Status {
        COLLAB_TRY(*reply, work(call));
        return ok();
    };
    auto done = [this, peer = session.peer(), id = incoming.id, row = &route, effect, bytes, reply](
                    Status status, Outbox outbox) {
        live_.carry_out(outbox, [&] {
            auto* to = live_.hub.session(peer);
            if (to == nullptr) return;
            const auto error = status.ok() ? outbox.refusal() : status.error();
            if (row->one_way) {
                if (error) refuse(*to, *row, Incoming{}, *error);
            } else if (error) {
                to->respond_error(*error, id);
            } else {
                to->respond(*reply ? (*reply)->body : ack_body(), id);
            }
        });
        if (auto* from = live_.hub.session(peer)) from->end_waiting(bytes);
        end_effect(peer, effect);
    };
    if (on_reader) {
        live_.reader.submit({session.shared_caller(), std::move(run), std::move(done)});
    } else {
        live_.writer.submit({route.durability, session.shared_caller(),
                             route.keeps_frame ? incoming.body() : nullptr, std::move(run),
                             std::move(done)});
    }
    return ok();
}

Router::Effect Router::begin_effect(Session& session, Holds holds, bool writes) {
    auto& order = session.order();
    // What a held message begins counts from where that message stood: a Ping behind it waits.
    const auto number = order.starting != 0 ? order.starting : order.next_number++;
    order.unfinished.insert(number);
    if (holds == Holds::room) ++order.holding;
    if (writes) ++order.writing;
    return {number, holds, writes};
}

Router::Effect Router::prepare_effect(Session& session, bool writes) {
    const auto effect = begin_effect(session, Holds::room, writes);
    session.order().preparing.insert(effect.number);
    return effect;
}

void Router::handed_over(PeerId peer, const Effect& effect) {
    auto* session = live_.hub.session(peer);
    if (session == nullptr) return;
    session->order().preparing.erase(effect.number);
    release_held(*session);
}

void Router::end_effect(PeerId peer, const Effect& effect) {
    auto* session = live_.hub.session(peer);
    if (session == nullptr) return;
    auto& order = session->order();
    finish(order, effect.number);
    order.preparing.erase(effect.number);
    if (effect.holds == Holds::room) --order.holding;
    if (effect.writes) --order.writing;
    release_held(*session);
    answer_pings(*session);
}

// Starts what waited, in order, until something must wait again.
void Router::release_held(Session& session) {
    auto& order = session.order();
    if (order.starting != 0) return;  // one of them calls from its start: the loop below goes on
    while (!order.held.empty() && !session.closing()) {
        const Route* route = find(order.held.front().second.tag);
        if (must_wait(order, *route)) return;
        auto [number, incoming] = std::move(order.held.front());
        order.held.pop_front();
        session.end_waiting(incoming.payload.size());
        incoming.payload = wire::as_bytes(incoming.owned);  // the string may have moved
        order.starting = number;
        start(session, *route, incoming);
        order.starting = 0;
        finish(order, number);
    }
}

void Router::answer_pings(Session& session) {
    auto& order = session.order();
    const auto first_kept = std::ranges::find_if(order.pings, [&](const auto& ping) {
        return !order.unfinished.empty() && *order.unfinished.begin() < ping.first;
    });
    for (auto ping = order.pings.begin(); ping != first_kept; ++ping) {
        session.respond(ack_body(), ping->second);
    }
    order.pings.erase(order.pings.begin(), first_kept);
}

void Router::refuse(Session& session, const Route& route, const Incoming& incoming,
                    const Error& error) {
    ++counters_.refused;
    if (!route.one_way) return session.respond_error(error, incoming.id);
    if (!reported_.insert(route.tag).second) return;
    log(LogLevel::info, name_of(route.tag) + " of " + std::to_string(session.peer().connection) +
                            " refused: " + error.message + " (further ones are only counted)");
}

// Never silence for who waits (decisions 6).
void Router::unhandled(Session& session, const Incoming& incoming) {
    ++counters_.unhandled;
    const auto* type = wire::find_message_type(incoming.tag);
    const bool one_way = type != nullptr && type->kind == wire::MessageKind::message;
    if (incoming.id == 0 || one_way) return;
    session.respond_error({ErrorCode::internal,
                           "this server does not handle " + name_of(incoming.tag),
                           {"reason=unhandled"}},
                          incoming.id);
}

Status Router::relay(Session& session, const Route& route, const Incoming& incoming, Need need) {
    if (route.relay == Relay::forbidden) {
        return Error{ErrorCode::forbidden,
                     name_of(route.tag) + " is not allowed in shared projects"};
    }
    COLLAB_TRY(const auto id, project_of(incoming.payload));
    const auto* project = live_.index.project(id);
    if (project == nullptr) return denied(Need::read);
    Pending pending;
    pending.project = id;
    pending.need = need == Need::write ? Right::write : Right::read;
    pending.answers[0] = route.answers[0];
    pending.answers[1] = route.answers[1];
    pending.stream = route.relay == Relay::stream;
    pending.background = route.background;
    switch (route.relay) {
        case Relay::request:
        case Relay::request_by_query:
        case Relay::stream:
            return relay_request(session, incoming, project->host, std::move(pending));
        case Relay::broadcast: {
            LiveCall call(*this, session, incoming);
            call.forward_to(live_.hub.resolve(ToProject{id}));
            return ok();
        }
        case Relay::to_peer:
        case Relay::request_to_peer: {
            COLLAB_TRY(const auto target, target_peer(incoming.payload));
            if (target == session.peer() || !live_.index.is_collaborator(id, target) ||
                live_.index.right(id, target) == Right::none) {
                return Error{ErrorCode::denied, "the receiver is not in this project"};
            }
            if (route.relay == Relay::request_to_peer) {
                return relay_request(session, incoming, target, std::move(pending));
            }
            LiveCall(*this, session, incoming).forward_to({target});
            return ok();
        }
        case Relay::forbidden:
        case Relay::none:
            break;
    }
    return ok();
}

Status Router::relay_request(Session& from, const Incoming& incoming, PeerId to, Pending pending) {
    pending.requester = from.peer();
    pending.request_id = incoming.id;
    return pendings_.ask(to, incoming.tag, incoming.body(), from.peer(), std::move(pending));
}

void Router::on_answer(Session& session, const wire::Peeked& peeked, wire::Bytes frame) {
    Incoming answer;
    answer.id = peeked.id;
    answer.tag = peeked.tag;
    answer.payload = peeked.payload;
    answer.frame = frame;
    answer.relayable = peeked.relayable;
    // Guests Ack what was sent one-way.
    if (!pendings_.answer(session, *peeked.responding_to, answer)) ++counters_.stray_answers;
}

void Router::on_close(PeerId peer) {
    auto* session = live_.hub.session(peer);
    if (session == nullptr) return;
    pendings_.fail_owed(*session);
    const auto asked = std::move(session->asked);
    live_.hub.remove(peer);
    pendings_.forget(asked, peer);
}

void LiveCall::ack() {
    session.respond(ack_body(), incoming.id);
    replied_ = true;
}

void LiveCall::forward_to(const std::vector<PeerId>& peers) {
    const auto& body = incoming.body();
    for (const auto peer : peers) {
        if (peer != session.peer()) live().hub.forward(peer, incoming.tag, body, session.peer());
    }
}

}  // namespace collab::rpc
