// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tokens for a LiveKit media server (spec 1, 4.13; spec 9, 9.10). Calls to it are made elsewhere.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"

namespace collab::crypto {

// The pair that the media server knows too.
struct LivekitKey {
    std::string key;
    std::string secret;
};

// A listener hears; a publisher may speak and share a screen as well.
enum class Voice { listen, publish };

// For a client that joins `room`; valid for 6 hours from `now`, and not before it.
std::string livekit_join_token(const LivekitKey& key, std::string_view room, UserId user,
                               Voice voice, WallTime now);

// For our own calls about the participants of `room`.
std::string livekit_room_admin_token(const LivekitKey& key, std::string_view room, WallTime now);

// For our own calls that create or delete rooms.
std::string livekit_room_create_token(const LivekitKey& key, WallTime now);

}  // namespace collab::crypto
