// SPDX-License-Identifier: Apache-2.0
#include "areas/chat/chat_routes.h"

namespace collab::chat {

std::vector<rpc::Route> routes() { return {}; }

}  // namespace collab::chat
