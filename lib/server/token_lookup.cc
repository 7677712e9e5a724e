// SPDX-License-Identifier: Apache-2.0
#include "server/token_lookup.h"

#include <unordered_map>
#include <vector>

#include "areas/users/token_table.h"
#include "base/text.h"
#include "crypto/token_hash.h"

namespace collab::server {
namespace {

constexpr Duration kBelieveMissing = std::chrono::seconds(10);
constexpr std::size_t kMostMissing = 10'000;
constexpr Duration kPatience = std::chrono::seconds(5);
constexpr std::size_t kMostWaiting = 256;  // beyond, strangers would keep the readers busy

std::optional<std::int64_t> token_id(std::string_view authorization) {
    const auto space = authorization.find(' ');
    if (space == std::string_view::npos) return {};
    const auto token = crypto::parse_access_token(trim(authorization.substr(space + 1)));
    if (!token.ok()) return {};
    return token->id;
}

struct Found {
    std::int64_t id = 0;
    std::optional<users::TokenRow> token;
    std::optional<users::User> owner;
};

Status find(rpc::Call& call, Found& found) {
    COLLAB_TRY(found.token, users::find_token(call.tx, found.id));
    if (!found.token) return ok();
    COLLAB_TRY(found.owner, users::find_user(call.tx, found.token->effective));
    return ok();
}

}  // namespace

// Outlives the lookup as long as a reader or a timer has it.
struct TokenLookup::State : std::enable_shared_from_this<TokenLookup::State> {
    explicit State(rpc::Live& l) : live(l) {}

    struct Waiting {
        std::int64_t id;
        TimerId timer;
        std::function<void(bool)> then;
    };

    rpc::Live& live;
    std::unordered_map<std::uint64_t, Waiting> waiting;
    std::uint64_t next = 0;
    bool asking = false;  // one question at a time, for all that wait
    std::unordered_map<std::int64_t, MonotonicTime> missing;  // until when that is believed

    void add(std::int64_t id, std::function<void(bool)> then);
    void answer(std::uint64_t number, bool known);
    void ask();
    void learn(const std::vector<Found>& all);
};

void TokenLookup::State::add(std::int64_t id, std::function<void(bool)> then) {
    const auto number = next++;
    const bool full = waiting.size() >= kMostWaiting;
    const auto timer =
        live.executor.after(full ? Duration::zero() : kPatience,
                            [self = shared_from_this(), number] { self->answer(number, false); });
    waiting.emplace(number, Waiting{id, timer, std::move(then)});
    if (!full && !asking) ask();
}

void TokenLookup::State::answer(std::uint64_t number, bool known) {
    const auto found = waiting.find(number);
    if (found == waiting.end()) return;
    live.executor.cancel(found->second.timer);
    const auto then = std::move(found->second.then);
    waiting.erase(found);
    then(known);
}

void TokenLookup::State::ask() {
    asking = true;
    std::vector<std::uint64_t> numbers;
    auto all = std::make_shared<std::vector<Found>>();
    for (const auto& [number, each] : waiting) {
        numbers.push_back(number);
        all->push_back({each.id, {}, {}});
    }
    live.reader.submit({nullptr,
                        [all](rpc::Call& call) -> Status {
                            for (auto& each : *all) COLLAB_DO(find(call, each));
                            return ok();
                        },
                        [self = shared_from_this(), all, numbers](Status status, rpc::Outbox) {
                            if (status.ok()) self->learn(*all);
                            for (const auto number : numbers) self->answer(number, status.ok());
                            self->asking = false;
                            if (!self->waiting.empty()) self->ask();
                        }});
}

void TokenLookup::State::learn(const std::vector<Found>& all) {
    auto& tokens = live.state<users::TokenTable>();
    for (const auto& each : all) {
        if (each.token && each.owner) {
            tokens.put_token(*each.token);
            tokens.put_user({each.owner->id, each.owner->admin});
            continue;
        }
        if (missing.size() >= kMostMissing) missing.clear();
        missing[each.id] = live.executor.clock().now() + kBelieveMissing;
    }
}

TokenLookup::TokenLookup(rpc::Live& live) : state_(std::make_shared<State>(live)) {}

TokenLookup::~TokenLookup() {
    state_->waiting.clear();
}

bool TokenLookup::needs(std::string_view authorization) const {
    const auto id = token_id(authorization);
    const auto& tokens = state_->live.state<users::TokenTable>();
    if (!id || !tokens.loaded() || tokens.knows_token(*id)) return false;
    const auto found = state_->missing.find(*id);
    return found == state_->missing.end() || state_->live.executor.clock().now() >= found->second;
}

void TokenLookup::look_up(std::string_view authorization, std::function<void(bool)> then) {
    state_->add(token_id(authorization).value_or(0), std::move(then));
}

}  // namespace collab::server
