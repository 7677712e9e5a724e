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

Media::Media(Executor& executor, const rpc::Settings& settings) {
    if (settings.livekit) {
        media_ = std::make_unique<livekit::LivekitClient>(executor, *settings.livekit);
    } else {
        media_ = std::make_unique<NoMedia>();
    }
}

Media::~Media() = default;

}  // namespace collab::server
