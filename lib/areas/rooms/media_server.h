// SPDX-License-Identifier: Apache-2.0
#pragma once

// What rooms ask of the server that carries sound and screens (LiveKit; spec 1, 4.13). Implemented
// by lib/livekit, provided in rpc::Services when it is configured or not.

#include <string>

#include "base/ids.h"

namespace collab::rooms {

// Every call returns at once; what it asks happens later, or is logged when it fails. Thread: loop.
class MediaServer {
public:
    virtual ~MediaServer() = default;
    virtual void remove_participant(const std::string& livekit_room, UserId user) const = 0;
    virtual void update_participant(const std::string& livekit_room, UserId user,
                                    bool can_publish) const = 0;
    virtual void delete_room(const std::string& livekit_room) const = 0;
};

}  // namespace collab::rooms
