// SPDX-License-Identifier: Apache-2.0
#pragma once

// Voice and screens: LiveKit when it is configured, else rooms without them.

#include <memory>

#include "areas/rooms/media_server.h"
#include "base/executor.h"
#include "rpc/settings.h"

namespace collab::server {

class Media {
public:
    // `executor` must outlive this.
    Media(Executor& executor, const rpc::Settings& settings);
    ~Media();

    const rooms::MediaServer& get() const { return *media_; }

private:
    std::unique_ptr<rooms::MediaServer> media_;
};

}  // namespace collab::server
