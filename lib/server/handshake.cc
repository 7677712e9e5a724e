// SPDX-License-Identifier: Apache-2.0
#include "server/handshake.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/constant_time.h"
#include "net/server.h"
#include "server/hashing_times.h"

namespace collab::server {
namespace {

constexpr std::uint32_t kProtocolVersion = 68;
constexpr std::string_view kMustUpgrade = "client must be upgraded";
constexpr std::string_view kAdminToken = "ADMIN_TOKEN:";

net::HttpResponse refusal(int status, std::string_view text) {
    net::HttpResponse response;
    response.status = status;
    response.body = text;
    return response;
}

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> found;
    for (const auto part : split(text, ' ')) {
        for (const auto word : split(part, '\t')) {
            if (!word.empty()) found.push_back(word);
        }
    }
    return found;
}

Result<users::Verified> verify(rpc::Live& live, UserId user, std::string_view token) {
    const auto& clock = live.executor.clock();
    const auto begin = clock.now();
    auto verified = live.state<users::TokenTable>().verify(user, token);
    live.state<HashingTimes>().add(clock.now() - begin);
    return verified;
}

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

}  // namespace

std::variant<users::Verified, net::HttpResponse> authenticate(const net::HttpRequest& request,
                                                              rpc::Live& live,
                                                              const HandshakeSettings& settings) {
    const auto& tokens = live.state<users::TokenTable>();
    const auto header = request.header("authorization");
    if (!header) return refusal(401, "missing authorization header");
    if (!is_printable(*header)) return refusal(401, "the authorization header is no plain text");
    const auto parts = words(*header);
    if (parts.empty()) return refusal(400, "missing user id in authorization header");
    if (parts[0] == "dev-server-token") {
        return refusal(401, "dev servers are not served: Zed gave them up with version 0.157");
    }
    const auto id = parse_int32(parts[0]);
    if (!id) return refusal(400, "missing user id in authorization header");
    if (parts.size() < 2) return refusal(400, "missing access token in authorization header");
    if (!tokens.loaded()) return refusal(503, "the server is starting, try again");
    const UserId user{*id};
    if (parts[1].starts_with(kAdminToken) && settings.environment == "development" &&
        settings.api_token) {
        const auto secret = parts[1].substr(kAdminToken.size());
        if (!crypto::secrets_equal(secret, *settings.api_token)) {
            return refusal(401, "invalid credentials");
        }
        if (const auto access = tokens.access(user)) {
            return users::Verified{user, access->admin, {}};
        }
        return refusal(500, "user " + std::to_string(user.value) + " not found");
    }
    auto verified = verify(live, user, parts[1]);
    if (verified.ok()) return std::move(verified).value();
    const bool ours = verified.error().code == ErrorCode::internal;
    return refusal(ours ? 500 : 401, verified.error().message);
}

std::variant<Semver, net::HttpResponse> check_version(const net::HttpRequest& request,
                                                      const HandshakeSettings& settings) {
    const auto protocol = request.header("x-zed-protocol-version");
    const auto number = protocol ? parse_uint32(trim(*protocol)) : std::nullopt;
    if (!number) return refusal(400, "missing or malformed x-zed-protocol-version header");
    if (auto wrong = net::check_upgrade(request)) return *std::move(wrong);
    if (*number != kProtocolVersion) return refusal(426, kMustUpgrade);
    const auto version = request.header("x-zed-app-version");
    auto parsed = version ? parse_semver(*version) : std::nullopt;
    if (!parsed) return refusal(426, "no version header found");
    if (*parsed < settings.min_app_version) return refusal(426, kMustUpgrade);
    return *std::move(parsed);
}

std::variant<Admitted, net::HttpResponse> check_handshake(const net::HttpRequest& request,
                                                          rpc::Live& live,
                                                          const HandshakeSettings& settings) {
    auto who = authenticate(request, live, settings);
    if (auto* refused = std::get_if<net::HttpResponse>(&who)) return std::move(*refused);
    auto version = check_version(request, settings);
    if (auto* refused = std::get_if<net::HttpResponse>(&version)) return std::move(*refused);
    const auto& verified = std::get<users::Verified>(who);
    Admitted admitted;
    admitted.caller.user = verified.user;
    admitted.caller.admin = verified.admin;
    admitted.caller.version = std::get<Semver>(std::move(version));
    admitted.impersonator = verified.impersonator;
    return admitted;
}

}  // namespace collab::server
