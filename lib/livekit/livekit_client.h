// SPDX-License-Identifier: Apache-2.0
#pragma once

// Our calls to a LiveKit media server (spec 1, 4.13): Twirp, a POST with a protobuf body that is
// written by hand. Tickets for clients are made in areas/rooms/room_media.h.

#include <string>

#include "areas/rooms/media_server.h"
#include "base/executor.h"
#include "rpc/settings.h"

namespace collab::livekit {

// Every call is queued on Lane::outside, given 5 s, tried three times in all while the server does
// not answer or answers 5xx, then logged; nobody waits for it. A call that is queued when the
// program ends is dropped.
class LivekitClient final : public rooms::MediaServer {
public:
    // This must outlive the outside lane's threads, and `executor` every call.
    LivekitClient(Executor& executor, rpc::LiveKitSettings settings);

    void remove_participant(const std::string& livekit_room, UserId user) const override;
    void update_participant(const std::string& livekit_room, UserId user,
                            bool can_publish) const override;
    void delete_room(const std::string& livekit_room) const override;

private:
    struct Request;
    void queue(Request request, int attempts_left) const;

    Executor& executor_;
    rpc::LiveKitSettings settings_;
};

}  // namespace collab::livekit
