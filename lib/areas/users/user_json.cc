// SPDX-License-Identifier: Apache-2.0
#include "areas/users/user_json.h"

#include <nlohmann/json.hpp>

#include "areas/users/user_messages.h"
#include "base/text.h"

namespace collab::users {
namespace {

using Json = nlohmann::ordered_json;

// Bytes that are no UTF-8 would make the dump throw; they become U+FFFD.
std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class T>
Json nullable(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json naive(std::optional<std::int64_t> time) {
    return time ? Json(naive_timestamp(*time)) : Json(nullptr);
}

Json rfc3339(std::optional<std::int64_t> time) {
    return time ? Json(rfc3339_ms(*time)) : Json(nullptr);
}

Json admin_view(const User& user) {
    return {{"id", user.id.value},
            {"github_login", user.github_login},
            {"github_user_id", nullable(user.github_user_id)},
            {"github_user_created_at", naive(user.github_user_created_at)},
            {"email_address", nullable(user.email)},
            {"name", nullable(user.name)},
            {"admin", user.admin},
            {"invite_code", nullptr},
            {"invite_count", 0},
            {"inviter_id", nullptr},
            {"connected_once", user.connected_once},
            {"metrics_id", user.metrics_id},
            {"created_at", naive_timestamp(user.created_at)},
            {"accepted_tos_at", naive(user.accepted_tos_at)},
            {"custom_llm_monthly_allowance_in_cents", nullptr}};
}

Json own_view(const User& user, std::string_view base_url, bool staff) {
    return {{"id", user.id.value},
            {"id_v2", std::to_string(user.id.value)},
            {"legacy_user_id", user.id.value},
            {"metrics_id", user.metrics_id},
            {"username", user.username},
            {"github_login", user.github_login},
            {"avatar_url", avatar_url(user, base_url)},
            {"name", nullable(user.name)},
            {"is_staff", staff},
            {"accepted_tos_at", rfc3339(user.accepted_tos_at)},
            {"has_connected_to_collab_once", user.connected_once}};
}

Json free_plan() {
    const Json unlimited = {{"used", 0}, {"limit", "unlimited"}};
    return {{"plan", "zed_free"},
            {"plan_v2", "zed_free"},
            {"plan_v3", "zed_free"},
            {"subscription_period", nullptr},
            {"usage", {{"edit_predictions", unlimited}, {"model_requests", unlimited}}},
            {"trial_started_at", nullptr},
            {"is_usage_based_billing_enabled", false},
            {"is_account_too_young", false},
            {"has_overdue_invoices", false}};
}

}  // namespace

std::string user_json(const User& user) {
    return dump(admin_view(user));
}

std::string private_user_json(const User& user, const std::vector<std::string>& flags) {
    return dump({{"user", admin_view(user)},
                 {"metrics_id", user.metrics_id},
                 {"feature_flags", Json(flags)}});
}

std::string look_up_json(const std::optional<User>& user) {
    Json body = Json::object();
    body["user"] = user ? admin_view(*user) : Json(nullptr);
    return dump(body);
}

std::string access_token_json(UserId user, std::string_view encrypted) {
    return dump({{"user_id", user.value}, {"encrypted_access_token", encrypted}});
}

std::string contributors_json(const std::vector<std::string>& logins) {
    return dump(Json(logins));
}

std::string signature_json(std::optional<std::int64_t> signed_at) {
    Json body = Json::object();
    body["signed_at"] = rfc3339(signed_at);
    return dump(body);
}

std::string me_json(const User& user, const std::vector<std::string>& flags,
                    std::string_view base_url, bool staff) {
    return dump({{"user", own_view(user, base_url, staff)},
                 {"feature_flags", Json(flags)},
                 {"organizations", Json::array()},
                 {"default_organization_id", nullptr},
                 {"plans_by_organization", Json::object()},
                 {"configuration_by_organization", Json::object()},
                 {"plan", free_plan()}});
}

}  // namespace collab::users
