// SPDX-License-Identifier: Apache-2.0
#include "areas/users/user_handlers.h"

#include "areas/users/llm_token.h"
#include "areas/users/user_messages.h"
#include "areas/users/user_search.h"

namespace collab::users {
namespace {

constexpr int kMaxIds = 9'999;

proto::UsersResponse make_response(const std::vector<User>& users, std::string_view base_url) {
    proto::UsersResponse response;
    for (const auto& user : users) *response.add_users() = make_user(user, base_url);
    return response;
}

// The caller's own row.
Result<User> self(rpc::Call& call) {
    COLLAB_TRY(auto user, find_user(call.tx, call.user()));
    if (!user) return Error{ErrorCode::not_found, "your account is gone"};
    return std::move(*user);
}

}  // namespace

Result<proto::UsersResponse> get_users(rpc::Call& call, const proto::GetUsers& request) {
    if (request.user_ids_size() > kMaxIds) {
        return Error{ErrorCode::invalid, "too many users asked for at once"};
    }
    std::vector<std::int64_t> ids;
    ids.reserve(static_cast<std::size_t>(request.user_ids_size()));
    for (const auto id : request.user_ids()) ids.push_back(static_cast<std::int64_t>(id));
    COLLAB_TRY(const auto users, list_users(call.tx, ids));
    return make_response(users, call.caller.base_url);
}

Result<proto::UsersResponse> fuzzy_search_users(rpc::Call& call,
                                                const proto::FuzzySearchUsers& request) {
    COLLAB_TRY(const auto users, search_users(call.tx, call.user(), request.query()));
    return make_response(users, call.caller.base_url);
}

Result<proto::GetPrivateUserInfoResponse> get_private_user_info(
    rpc::Call& call, const proto::GetPrivateUserInfo& /*request*/) {
    COLLAB_TRY(const auto user, self(call));
    COLLAB_TRY(const auto flags, feature_flags_of(call.tx, user.id));
    proto::GetPrivateUserInfoResponse response;
    response.set_metrics_id(user.metrics_id);
    response.set_staff(user.admin);
    for (const auto& flag : flags) response.add_flags(flag);
    if (user.accepted_tos_at) {
        response.set_accepted_tos_at(static_cast<std::uint64_t>(*user.accepted_tos_at / 1000));
    }
    return response;
}

Result<proto::AcceptTermsOfServiceResponse> accept_terms_of_service(
    rpc::Call& call, const proto::AcceptTermsOfService& /*request*/) {
    COLLAB_DO(accept_terms(call.tx, call.user(), call.now));
    proto::AcceptTermsOfServiceResponse response;
    response.set_accepted_tos_at(static_cast<std::uint64_t>(unix_ms(call.now) / 1000));
    return response;
}

Result<proto::GetLlmTokenResponse> get_llm_token(rpc::Call& call,
                                                 const proto::GetLlmToken& /*request*/) {
    if (!call.settings.llm_api_secret) {
        return Error{ErrorCode::unavailable, "this server has no language model service"};
    }
    COLLAB_TRY(const auto user, self(call));
    if (!user.accepted_tos_at) return Error{ErrorCode::conflict, "terms of service not accepted"};
    COLLAB_TRY(const auto flags, feature_flags_of(call.tx, user.id));
    proto::GetLlmTokenResponse response;
    response.set_token(
        make_llm_token(user, flags, call.now, call.random, *call.settings.llm_api_secret));
    return response;
}

Result<proto::GetSupermavenApiKeyResponse> get_supermaven_api_key(
    rpc::Call& /*call*/, const proto::GetSupermavenApiKey& /*request*/) {
    return Error{ErrorCode::unavailable, "this server has no Supermaven account"};
}

}  // namespace collab::users
