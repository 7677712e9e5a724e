// SPDX-License-Identifier: Apache-2.0
#include "crypto/token_hash.h"

#include <nlohmann/json.hpp>

#include "crypto/base64.h"
#include "crypto/constant_time.h"
#include "crypto/sha256.h"

namespace collab::crypto {
namespace {

constexpr std::size_t kSecretBytes = 48;
constexpr std::size_t kMaxTokenJson = 4096;
constexpr std::string_view kSha256Prefix = "$sha256$";
constexpr std::string_view kScryptPrefix = "$scrypt$";

}  // namespace

std::string make_token(Random& random) {
    std::string bytes(kSecretBytes, '\0');
    random.fill(bytes.data(), bytes.size());
    return encode_url_base64(bytes, Padding::without);
}

std::string hash_token(std::string_view secret) {
    return std::string(kSha256Prefix) + encode_url_base64(sha256(secret), Padding::with);
}

bool token_matches(std::string_view secret, std::string_view stored) {
    return secrets_equal(hash_token(secret), stored);
}

bool is_legacy_hash(std::string_view stored) {
    return stored.starts_with(kScryptPrefix);
}

std::string format_access_token(const AccessToken& token) {
    nlohmann::ordered_json json;
    json["version"] = 1;
    json["id"] = token.id;
    json["token"] = token.secret;
    return json.dump();
}

Result<AccessToken> parse_access_token(std::string_view text) {
    const Error invalid{ErrorCode::invalid, "not an access token"};
    if (text.size() > kMaxTokenJson) return invalid;
    const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return invalid;

    const auto version = json.find("version");
    const auto id = json.find("id");
    const auto secret = json.find("token");
    if (version == json.end() || !version->is_number_unsigned()) return invalid;
    if (id == json.end() || !id->is_number_unsigned()) return invalid;
    if (secret == json.end() || !secret->is_string()) return invalid;

    const auto row = id->get<std::uint64_t>();
    if (row == 0 || row > INT64_MAX) return invalid;
    return AccessToken{static_cast<std::int64_t>(row), secret->get<std::string>()};
}

}  // namespace collab::crypto
