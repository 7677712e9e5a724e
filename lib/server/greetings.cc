// SPDX-License-Identifier: Apache-2.0
#include "server/greetings.h"

#include "base/log.h"
#include "base/mutex.h"
#include "server/connection_life.h"

namespace collab::server {
namespace {

constexpr std::size_t kMostTogether = 32;

}  // namespace

// Those who are greeted by one request of the writer.
struct Greetings::Group {
    Mutex mutex;
    bool begun COLLAB_GUARDED_BY(mutex) = false;
    Newcomers newcomers COLLAB_GUARDED_BY(mutex);  // fixed when begun
    std::vector<rpc::Router::Effect> effects;      // loop only; of each newcomer

    bool add(const Newcomer& newcomer) {
        const MutexLock lock(mutex);
        if (begun || newcomers.size() == kMostTogether) return false;
        newcomers.push_back(newcomer);
        return true;
    }
    // The same however often the request is run.
    Newcomers begin() {
        const MutexLock lock(mutex);
        begun = true;
        return newcomers;
    }
};

void Greetings::add(rpc::Session& session, bool impersonated) {
    const Newcomer newcomer{session.shared_caller(), impersonated};
    const auto effect = router_.begin_effect(session, rpc::Holds::nothing, false);
    if (latest_ && latest_->add(newcomer)) {
        latest_->effects.push_back(effect);
        return;
    }
    latest_ = std::make_shared<Group>();
    latest_->add(newcomer);
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
    const auto newcomers = group.begin();  // it may have failed without being run
    for (std::size_t i = 0; i < newcomers.size(); ++i) {
        const PeerId peer = newcomers[i].caller->peer;
        auto* session = live_.hub.session(peer);
        if (!status.ok() && session != nullptr) {
            session->close(1013, "the database is not available");
        }
        router_.end_effect(peer, group.effects[i]);
    }
}

}  // namespace collab::server
