// SPDX-License-Identifier: Apache-2.0
#pragma once

// What clients ask about people and about their own account (spec 1, 5.4 and 5.5).

#include "proto/users.pb.h"
#include "rpc/call.h"

namespace collab::users {

Result<proto::UsersResponse> get_users(rpc::Call& call, const proto::GetUsers& request);
Result<proto::UsersResponse> fuzzy_search_users(rpc::Call& call,
                                                const proto::FuzzySearchUsers& request);
Result<proto::GetPrivateUserInfoResponse> get_private_user_info(
    rpc::Call& call, const proto::GetPrivateUserInfo& request);
Result<proto::AcceptTermsOfServiceResponse> accept_terms_of_service(
    rpc::Call& call, const proto::AcceptTermsOfService& request);
Result<proto::GetLlmTokenResponse> get_llm_token(rpc::Call& call,
                                                 const proto::GetLlmToken& request);

// Always refused: there is no such service here.
Result<proto::GetSupermavenApiKeyResponse> get_supermaven_api_key(
    rpc::Call& call, const proto::GetSupermavenApiKey& request);

}  // namespace collab::users
