// SPDX-License-Identifier: Apache-2.0
#include "areas/channels/revocation.h"

#include <map>

#include "areas/channels/evictor.h"

namespace collab::channels {

Status evict_everybody(rpc::Call& call, const Channel& channel) {
    COLLAB_TRY(const auto presences, list_presences(call.tx, channel, {}));
    std::map<ChannelId, std::vector<UserId>> users;
    for (const auto& each : presences) users[each.channel.id].push_back(each.user);
    for (const auto& [id, present] : users) {
        COLLAB_DO(call.services.get<Evictor>().evict(call, id, present));
    }
    return ok();
}

Status evict_who_cannot_see(rpc::Call& call, const Channel& channel) {
    if (channel.visibility == rpc::Visibility::everybody) return ok();
    COLLAB_TRY(const auto presences, list_presences(call.tx, channel, {}));
    std::vector<std::int64_t> present;
    for (const auto& each : presences) {
        if (each.channel.id == channel.id) present.push_back(each.user.value);
    }
    if (present.empty()) return ok();
    COLLAB_TRY(const auto memberships, list_memberships(call.tx, channel.root(), present));
    std::vector<UserId> users;
    for (const auto& each : memberships) {
        if (!rpc::may_see(each.role, channel.visibility)) users.push_back(each.user);
    }
    if (users.empty()) return ok();
    return call.services.get<Evictor>().evict(call, channel.id, users);
}

Status revoke(rpc::Call& call, const Channel& root, UserId user, rpc::Role before,
              std::optional<rpc::Role> after) {
    if (after && !rpc::is_stronger(before, *after)) return ok();
    COLLAB_TRY(const auto presences, list_presences(call.tx, root, user));
    for (const auto& [channel, present] : presences) {
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
