// SPDX-License-Identifier: Apache-2.0
#pragma once

// Taking rights away acts on every area that holds on to a channel (spec 2, 6.6 "Ours"): this one
// Evictor asks them all.

#include "areas/channels/evictor.h"
#include "areas/rooms/channel_evictor.h"
#include "rpc/services.h"

namespace collab::server {

class Extinction final : public channels::Evictor {
public:
    Status evict(rpc::Call& call, ChannelId channel,
                 const std::vector<UserId>& users) const override;
    Status weaken(rpc::Call& call, ChannelId channel, UserId user, rpc::Role role) const override;

private:
    rooms::ChannelEvictor rooms_;
};

}  // namespace collab::server
