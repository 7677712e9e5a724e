// SPDX-License-Identifier: Apache-2.0
#include "areas/users/user_messages.h"

namespace collab::users {

std::string avatar_url(const User& user, std::string_view base_url) {
    if (user.github_user_id) return "https://github.com/" + user.github_login + ".png?size=128";
    return std::string(base_url) + "/avatars/" + std::to_string(user.id.value) + ".png";
}

proto::User make_user(const User& user, std::string_view base_url) {
    proto::User message;
    message.set_id(static_cast<std::uint64_t>(user.id.value));
    message.set_github_login(user.github_login);
    message.set_username(user.username);
    message.set_avatar_url(avatar_url(user, base_url));
    if (user.name) message.set_name(*user.name);
    return message;
}

proto::UpdateUserPlan make_plan_message(bool staff) {
    proto::UpdateUserPlan message;
    message.set_plan(staff ? proto::ZedPro : proto::Free);
    if (staff) message.set_is_usage_based_billing_enabled(true);
    message.set_account_too_young(false);
    return message;
}

}  // namespace collab::users
