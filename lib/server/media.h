// SPDX-License-Identifier: Apache-2.0
#pragma once

// Voice and screens: LiveKit when it is configured, else rooms without them. Thread: loop.

#include <memory>
#include <optional>
#include <vector>

#include "areas/rooms/media_server.h"
#include "base/executor.h"
#include "rpc/settings.h"

namespace collab::server {

class Media final : public rooms::MediaServer {
public:
    // `executor` must outlive this.
    Media(Executor& executor, const rpc::Settings& settings);
    ~Media() override;

    // What is asked from now on goes to the media server of these settings.
    void reload(const rpc::Settings& settings);

    void remove_participant(const std::string& livekit_room, UserId user) const override;
    void update_participant(const std::string& livekit_room, UserId user,
                            bool can_publish) const override;
    void delete_room(const std::string& livekit_room) const override;

private:
    Executor& executor_;
    std::optional<rpc::LiveKitSettings> configured_;
    // The last one is asked; the others may have calls on their way.
    std::vector<std::unique_ptr<rooms::MediaServer>> servers_;
};

}  // namespace collab::server
