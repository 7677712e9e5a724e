// SPDX-License-Identifier: Apache-2.0
#include "server/greetings.h"

#include <mutex>

#include "base/log.h"
#include "server/connection_life.h"

namespace collab::server {
namespace {

constexpr std::size_t kMostTogether = 32;

}  // namespace

// Those who are greeted by one request of the writer.
struct Greetings::Group {
    std::mutex mutex;
    bool begun = false;                  // guarded by mutex
    Callers callers;                     // guarded by mutex until begun, fixed then
    std::vector<std::uint64_t> effects;  // loop only; of each caller

    bool add(const std::shared_ptr<const rpc::Caller>& caller) {
        const std::lock_guard lock(mutex);
        if (begun || callers.size() == kMostTogether) return false;
        callers.push_back(caller);
        return true;
    }
    // The same however often the request is run.
    const Callers& begin() {
        const std::lock_guard lock(mutex);
        begun = true;
        return callers;
    }
};

void Greetings::add(rpc::Session& session) {
    const auto effect = router_.begin_effect(session, rpc::Holds::nothing);
    if (latest_ && latest_->add(session.shared_caller())) {
        latest_->effects.push_back(effect);
        return;
    }
    latest_ = std::make_shared<Group>();
    latest_->callers.push_back(session.shared_caller());
    latest_->effects.push_back(effect);
    live_.writer.submit({db::Durability::crash, nullptr, nullptr,
                         [group = latest_](rpc::Call& call) { return greet(call, group->begin()); },
                         [this, group = latest_](const Status& status, rpc::Outbox outbox) {
                             finish(*group, status, outbox);
                         }});
}

void Greetings::finish(Group& group, const Status& status, rpc::Outbox& outbox) {
    live_.carry_out(outbox, [] {});
    if (!status.ok()) log(LogLevel::error, "sign-in: " + status.error().message);
    const auto& callers = group.begin();  // it may have failed without being run
    for (std::size_t i = 0; i < callers.size(); ++i) {
        const PeerId peer = callers[i]->peer;
        auto* session = live_.hub.session(peer);
        if (!status.ok() && session != nullptr) {
            session->close(1013, "the database is not available");
        }
        router_.end_effect(peer, group.effects[i], rpc::Holds::nothing);
    }
}

}  // namespace collab::server
