// SPDX-License-Identifier: Apache-2.0
#include "server/media.h"

#include "livekit/livekit_client.h"

namespace collab::server {
namespace {

class NoMedia final : public rooms::MediaServer {
public:
    void remove_participant(const std::string&, UserId) const override {}
    void update_participant(const std::string&, UserId, bool) const override {}
    void delete_room(const std::string&) const override {}
};

}  // namespace

Media::Media(Executor& executor, const rpc::Settings& settings) : executor_(executor) {
    servers_.push_back(std::make_unique<NoMedia>());
    reload(settings);
}

Media::~Media() = default;

void Media::reload(const rpc::Settings& settings) {
    if (settings.livekit == configured_) return;
    configured_ = settings.livekit;
    if (configured_) {
        servers_.push_back(std::make_unique<livekit::LivekitClient>(executor_, *configured_));
    } else {
        servers_.push_back(std::make_unique<NoMedia>());
    }
}

void Media::remove_participant(const std::string& livekit_room, UserId user) const {
    servers_.back()->remove_participant(livekit_room, user);
}

void Media::update_participant(const std::string& livekit_room, UserId user,
                               bool can_publish) const {
    servers_.back()->update_participant(livekit_room, user, can_publish);
}

void Media::delete_room(const std::string& livekit_room) const {
    servers_.back()->delete_room(livekit_room);
}

}  // namespace collab::server
