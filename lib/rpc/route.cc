// SPDX-License-Identifier: Apache-2.0
#include "rpc/route.h"

namespace collab::rpc {

Route relayed(std::string_view name, Relay relay, Need need,
              std::initializer_list<std::string_view> answers, bool background) {
    Route route;
    route.tag = wire::find_tag(name);
    COLLAB_ASSERT(route.tag != 0 && answers.size() <= 2);
    route.shape = Shape::relay;
    route.need = need;
    route.relay = relay;
    route.one_way = relay == Relay::broadcast || relay == Relay::to_peer;
    route.about_room = true;
    route.background = background;
    std::size_t i = 0;
    for (const auto answer : answers) {
        route.answers[i] = wire::find_tag(answer);
        COLLAB_ASSERT(route.answers[i] != 0);
        ++i;
    }
    return route;
}

}  // namespace collab::rpc
