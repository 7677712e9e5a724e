// SPDX-License-Identifier: Apache-2.0
#include "areas/users/llm_token.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/jwt.h"

namespace collab::users {
namespace {

using Json = nlohmann::ordered_json;

// First and last second of the month.
Json month_of(WallTime now) {
    using namespace std::chrono;
    const year_month_day today(floor<days>(now));
    const sys_days first = today.year() / today.month() / 1;
    const sys_days last = today.year() / today.month() / std::chrono::last;
    const auto text = [](sys_seconds time) {
        return naive_timestamp(duration_cast<milliseconds>(time.time_since_epoch()).count());
    };
    return {text(first), text(last + days(1) - seconds(1))};
}

}  // namespace

std::string make_llm_token(const User& user, const std::vector<std::string>& flags, WallTime now,
                           Random& random, std::string_view secret) {
    const auto has = [&](std::string_view flag) {
        return std::find(flags.begin(), flags.end(), flag) != flags.end();
    };
    const auto seconds = unix_ms(now) / 1000;
    const auto since = std::min(user.created_at, user.github_user_created_at.value_or(INT64_MAX));
    const Json claims = {{"iat", seconds},
                         {"exp", seconds + kLlmTokenSeconds},
                         {"jti", random_uuid(random)},
                         {"userId", user.id.value},
                         {"systemId", nullptr},
                         {"metricsId", user.metrics_id},
                         {"githubUserLogin", user.github_login},
                         {"accountCreatedAt", naive_timestamp(since)},
                         {"isStaff", user.admin},
                         {"hasLlmClosedBetaFeatureFlag", has("llm-closed-beta")},
                         {"bypassAccountAgeCheck", has("bypass-account-age-check")},
                         {"useLlmRequestQueue", has("llm-request-queue")},
                         {"plan", user.admin ? "zed_pro" : "zed_free"},
                         {"hasExtendedTrial", has("agent-extended-trial")},
                         {"subscriptionPeriod", month_of(now)},
                         {"enableModelRequestOverages", false},
                         {"modelRequestOveragesSpendLimitInCents", 0},
                         {"canUseWebSearchTool", true},
                         {"hasOverdueInvoices", false}};
    return crypto::sign_hs256(claims.dump(-1, ' ', false, Json::error_handler_t::replace), secret);
}

}  // namespace collab::users
