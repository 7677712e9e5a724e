// SPDX-License-Identifier: Apache-2.0
#include "rpc/live.h"

namespace collab::rpc {

void Live::carry_out(Outbox& outbox, const std::function<void()>& on_reply) {
    bool replied = false;
    for (auto& item : outbox.items()) {
        if (const auto* post = std::get_if<Post>(&item)) {
            hub.deliver(*post);
        } else if (const auto* effect = std::get_if<Effect>(&item)) {
            (*effect)(*this);
        } else if (std::holds_alternative<ReplyMark>(item) && !std::exchange(replied, true)) {
            on_reply();
        }
    }
    if (!replied) on_reply();
}

}  // namespace collab::rpc
