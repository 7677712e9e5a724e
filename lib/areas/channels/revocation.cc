// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/revocation.h"

#include <map>

#include "areas/channels/evictor.h"

namespace collab::channels {

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
        if (each.channel.id != channel.id || !each.role) continue;
        if (!rpc::may_see(*each.role, channel.visibility)) users.push_back(each.user);
    }
    if (users.empty()) return ok();
    return call.services.get<Evictor>().evict(call, channel.id, users);
}

Status revoke(rpc::Call& call, const std::vector<Presence>& presences, rpc::Role before,
              std::optional<rpc::Role> after) {
    if (after && !rpc::is_stronger(before, *after)) return ok();
    for (const auto& [channel, present, role] : presences) {
        const bool banned = after == rpc::Role::banned;
        const bool sees = after && rpc::may_see(*after, channel.visibility);
        const auto& evictor = call.services.get<Evictor>();
        if (!sees && (banned || rpc::may_see(before, channel.visibility))) {
            COLLAB_DO(evictor.evict(call, channel.id, {present}));
        } else if (after) {
            COLLAB_DO(evictor.weaken(call, channel.id, present, *after));
        }
    }
    return ok();
}

}  // namespace collab::channels
