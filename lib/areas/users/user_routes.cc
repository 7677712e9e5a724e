// SPDX-License-Identifier: Apache-2.0
#include "areas/users/user_routes.h"

#include "areas/users/user_handlers.h"

namespace collab::users {

namespace {

// Somebody who types a name asks with every letter; nobody types faster for long.
constexpr rpc::Rate kTyping{20, std::chrono::milliseconds(200)};

}  // namespace

std::vector<rpc::Route> routes() {
    return {
        rpc::read<&get_users>(),
        rpc::read<&fuzzy_search_users>({.rate = kTyping}),
        rpc::read<&get_private_user_info>(),
        rpc::record<&accept_terms_of_service>(),
        rpc::read<&get_llm_token>(),
        rpc::read<&get_supermaven_api_key>(),
    };
}

}  // namespace collab::users
