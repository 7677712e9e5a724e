// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/revocation.h"

#include <map>

#include "areas/channels/evictor.h"

namespace collab::channels {
namespace {

// Whether somebody who is no member could enter: invited in this role, or not at all.
bool may_enter(const Channel& channel, std::optional<rpc::Role> invited_as) {
    if (invited_as) return rpc::may_see(*invited_as, channel.visibility);
    return channel.visibility == rpc::Visibility::everybody;
}

}  // namespace

Status evict_everybody(rpc::Call& call, const std::vector<Presence>& presences) {
    std::map<ChannelId, std::vector<UserId>> users;
    for (const auto& each : presences) users[each.channel.id].push_back(each.user);
    for (const auto& [id, present] : users) {
        COLLAB_DO(call.services.get<Evictor>().evict(call, id, present));
    }
    return ok();
}

Status evict_who_cannot_see(rpc::Call& call, const Channel& channel,
                            const std::vector<Presence>& presences) {
    std::vector<UserId> users;
    for (const auto& each : presences) {
        if (each.channel.id != channel.id) continue;
        const bool stays = each.role ? rpc::may_see(*each.role, channel.visibility)
                                     : may_enter(channel, each.invited_as);
        if (!stays) users.push_back(each.user);
    }
    if (users.empty()) return ok();
    return call.services.get<Evictor>().evict(call, channel.id, users);
}

Status revoke(rpc::Call& call, const std::vector<Presence>& presences, rpc::Role before,
              std::optional<rpc::Role> after) {
    if (after && !rpc::is_stronger(before, *after)) return ok();
    for (const auto& each : presences) {
        const auto& channel = each.channel;
        const bool banned = after == rpc::Role::banned;
        const bool sees = after && rpc::may_see(*after, channel.visibility);
        const auto& evictor = call.services.get<Evictor>();
        if (!sees && (banned || rpc::may_see(before, channel.visibility))) {
            COLLAB_DO(evictor.evict(call, channel.id, {each.user}));
        } else if (after) {
            COLLAB_DO(evictor.weaken(call, channel.id, each.user, *after));
        }
    }
    return ok();
}

Status revoke_invitation(rpc::Call& call, const std::vector<Presence>& presences,
                         std::optional<rpc::Role> invited_as) {
    for (const auto& each : presences) {
        if (may_enter(each.channel, invited_as)) continue;
        COLLAB_DO(call.services.get<Evictor>().evict(call, each.channel.id, {each.user}));
    }
    return ok();
}

}  // namespace collab::channels
